import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { redactSpans } from '../../../src/security/redact/redact-spans.ts';
import type { DetectedSpan } from '../../../src/index.ts';

const KINDS = ['e-mail address', 'AWS access key', 'redacted', 'x', '密码'];

/** Texts that are likely to look like placeholders, and any others. */
const anyText = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc
    .array(
      fc.constantFrom(
        '<',
        '>',
        'email-address',
        'redacted',
        'x',
        '-',
        '_',
        ' ',
        '1',
        '2',
        '12',
        'A',
        'ſ',
        '𝐀',
        '\uD835',
      ),
    )
    .map((parts) => parts.join('')),
);

const caseOf = fc.array(
  fc.tuple(anyText, fc.array(fc.tuple(fc.nat(40), fc.nat(12), fc.constantFrom(...KINDS)), { maxLength: 5 })),
  { minLength: 1, maxLength: 4 },
);

function redact(cases: readonly (readonly [string, readonly (readonly [number, number, string])[]])[]) {
  const texts = cases.map(([whole]) => whole);
  const spans = cases.map(([whole, places]) =>
    places.map(([start, length, kind]): DetectedSpan => {
      const from = Math.min(start, whole.length);
      return { kind, start: from, end: Math.min(whole.length, from + length) };
    }),
  );
  return { texts, redaction: redactSpans(texts, spans) };
}

function streamed(restorer: { push(piece: string): string; end(): string }, whole: string, cuts: readonly number[]) {
  let [result, from] = ['', 0];
  for (const cut of [...cuts].map((one) => one % (whole.length + 1)).sort((a, b) => a - b)) {
    result += restorer.push(whole.slice(from, Math.max(from, cut)));
    from = Math.max(from, cut);
  }
  return result + restorer.push(whole.slice(from)) + restorer.end();
}

function at(whole: string, value: string, kind: string): DetectedSpan {
  const start = whole.indexOf(value);
  return { kind, start, end: start + value.length };
}

const QUESTION = 'Write to anna@example.org, and to bob@example.org, and again to anna@example.org.';
const SPANS = [
  at(QUESTION, 'anna@example.org', 'e-mail address'),
  at(QUESTION, 'bob@example.org', 'e-mail address'),
  { kind: 'e-mail address', start: QUESTION.lastIndexOf('anna'), end: QUESTION.length - 1 },
];

describe('redaction', () => {
  test('gives the very texts again when they are restored, whatever they are', () => {
    fc.assert(
      fc.property(caseOf, (cases) => {
        const { texts, redaction } = redact(cases);
        expect(redaction.texts.map((one) => redaction.restore(one))).toEqual(texts);
      }),
    );
  });

  test('restores a streamed answer to the same as a whole one, wherever it is cut', () => {
    fc.assert(
      fc.property(caseOf, anyText, fc.array(fc.nat(400), { maxLength: 30 }), (cases, more, cuts) => {
        const { redaction } = redact(cases);
        const answer = [...redaction.texts, more, ...redaction.texts.map((one) => one.replaceAll(/[<>]/g, ''))].join(
          more,
        );
        expect(streamed(redaction.restorer(), answer, cuts)).toBe(redaction.restore(answer));
      }),
      { numRuns: 400 },
    );
  });

  test('leaves nothing of what it replaces, and gives equal values one placeholder', () => {
    const { texts, replaced } = redactSpans(
      [QUESTION, 'bob@example.org'],
      [SPANS, [at('bob@example.org', 'bob@example.org', 'e-mail address')]],
    );
    expect(texts).toEqual([
      'Write to <email-address-1>, and to <email-address-2>, and again to <email-address-1>.',
      '<email-address-2>',
    ]);
    expect(replaced).toBe(4);
  });

  test('takes no number that a text holds already', () => {
    const text = 'see <secret-1>, chapter 2 and s3cret';
    const redaction = redactSpans([text], [[at(text, 's3cret', 'secret')]]);
    expect(redaction.texts).toEqual(['see <secret-1>, chapter 2 and <secret-4>']);
    expect(redaction.restore('<secret-1> is not <secret-4>')).toBe('<secret-1> is not s3cret');
  });

  test('restores placeholders that a model has altered a little, and no others', () => {
    const redaction = redactSpans([QUESTION], [SPANS]);
    const restore = (answer: string) => redaction.restore(answer);
    expect(restore('<Email-Address-1>')).toBe('anna@example.org');
    expect(restore('**email-address-2**')).toBe('**bob@example.org**');
    expect(restore('<email_address_1>, EMAIL ADDRESS 2.')).toBe('anna@example.org, bob@example.org.');
    expect(restore('<email-address-2 is hers')).toBe('bob@example.org is hers');
    for (const other of [
      '<email-address-3>',
      'myemail-address-1',
      'email-address-12',
      '<email-address-1st',
      '<phone-1>',
      '<email address>',
    ])
      expect(restore(other)).toBe(other);
  });

  test('holds back only what may be the beginning of a placeholder', () => {
    const restorer = redactSpans([QUESTION], [SPANS]).restorer();
    expect(restorer.push('Dear <ema')).toBe('Dear ');
    expect(restorer.push('il-address-1')).toBe('');
    expect(restorer.push('>, and < 3')).toBe('anna@example.org, and < 3');
    expect(restorer.push(' e')).toBe(' ');
    expect(restorer.push('ggs')).toBe('eggs');
    expect(restorer.end()).toBe('');
  });

  test('takes as long for a long answer as it is long', () => {
    const restorer = redactSpans([QUESTION], [SPANS]).restorer();
    const began = performance.now();
    let length = 0;
    for (let index = 0; index < 100_000; index += 1) length += restorer.push('<email-').length;
    expect(length + restorer.end().length).toBe(700_000);
    expect(performance.now() - began).toBeLessThan(2_000);
  });
});
