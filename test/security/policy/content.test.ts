import { describe, expect, test } from '@jest/globals';
import { PERSONAL_DATA_DETECTOR, SECRETS_DETECTOR } from '../../../src/security/detect/built-in-detectors.ts';
import { makePolicy, rule, wordDetector } from './rig.ts';

const CALL = { task: 'chat', project: 'handbook' };
const { signal } = new AbortController();
const MAIL = 'write to anna@example.org about Zebra';

describe('looking into content', () => {
  test('finds nothing where there is nothing to look for', async () => {
    const verdict = await makePolicy().policy.inspect(['anything'], CALL, signal);
    expect(verdict).toEqual({ privacy: 'any', findings: [], mustRedact: false });
  });

  test('gives the class of what is found, its rule, and how often what was found', async () => {
    const { policy } = makePolicy({ rules: [rule({ name: 'beasts', words: ['zebra'], treatment: 'no-training' })] }, [
      wordDetector('fish', { id: 'fish' }),
      wordDetector('bird', { id: 'birds' }),
    ]);
    expect(await policy.inspect(['a Zebra', 'no', 'fish, zebra, fish'], CALL, signal)).toEqual({
      privacy: 'local-only',
      rule: 'a word found; privacy.detect.fish: local-only',
      findings: [
        { kind: 'rule "beasts"', count: 2 },
        { kind: 'a word', count: 2 },
      ],
      mustRedact: false,
    });
    expect(await policy.inspect(['a Zebra'], CALL, signal)).toMatchObject({
      privacy: 'no-training',
      rule: 'config/local.json: privacy.rules[0] "beasts"',
    });
  });

  test('asks a rule about content only where its other conditions hold', async () => {
    const { policy } = makePolicy({ rules: [rule({ words: ['zebra'], project: 'zoo' })] });
    expect((await policy.inspect(['zebra'], CALL, signal)).privacy).toBe('any');
    expect((await policy.inspect(['zebra'], { ...CALL, project: 'zoo' }, signal)).privacy).toBe('local-only');
  });

  test('wants the words and the pattern of a rule, in any of the texts', async () => {
    const { policy } = makePolicy({ rules: [rule({ words: ['zebra'], pattern: 'no\\. \\d+' })] });
    expect(await policy.inspect(['zebra', 'number'], CALL, signal)).toMatchObject({ privacy: 'any', findings: [] });
    expect(await policy.inspect(['zebra', 'No. 12'], CALL, signal)).toMatchObject({ privacy: 'local-only' });
  });

  test('does with what a detector finds what a setting says', async () => {
    const detector = wordDetector('fish');
    const verdictOf = (treatment: 'off' | 'redact' | 'no-training', task = 'chat') =>
      makePolicy({ detect: { words: treatment } }, [detector]).policy.inspect(['fish'], { task }, signal);
    expect(await verdictOf('off')).toMatchObject({ privacy: 'any', findings: [], mustRedact: false });
    expect(await verdictOf('redact')).toMatchObject({ privacy: 'any', findings: [{ count: 1 }], mustRedact: true });
    expect(await verdictOf('no-training')).toMatchObject({ privacy: 'no-training', mustRedact: false });
    const embedding = await verdictOf('redact', 'embed');
    expect(embedding).toMatchObject({ privacy: 'local-only', mustRedact: false });
    expect(embedding.rule).toContain('texts to embed are not redacted');
  });

  test.each([
    ['throws', async () => Promise.reject(new TypeError('fish in the message'))],
    ['never ends', () => new Promise<never>(() => undefined)],
    ['speaks of what is not there', async () => [{ kind: 'x', start: 0, end: 99 }]],
  ])('keeps here what a detector could not look at, since it %s', async (_, detect) => {
    const { policy } = makePolicy({ detect: { words: 'redact' } }, [wordDetector('x', { detect })], {
      scanLimitMs: 30,
    });
    const verdict = await policy.inspect(['fish'], CALL, signal);
    expect(verdict).toMatchObject({
      privacy: 'local-only',
      findings: [{ kind: 'unseen by detector words', count: 1 }],
    });
    expect(verdict.rule).toMatch(/^detector words (failed \(\w+\)|took longer than 30 ms): what was not looked at/);
    expect(verdict.rule).not.toContain('fish');
    await expect(policy.redact(['fish'], CALL, signal)).rejects.toMatchObject({ code: 'E_PRIVACY' });
  });

  test('keeps here what a pattern without end could not be matched with, and goes on', async () => {
    const { policy } = makePolicy({ rules: [rule({ pattern: '^(\\w+\\s?)*$' })] });
    const began = performance.now();
    const verdict = await policy.inspect(['word '.repeat(12) + 'end!'.repeat(20)], CALL, signal);
    expect(performance.now() - began).toBeLessThan(2_000);
    expect(verdict.privacy).toBe('local-only');
    expect(verdict.rule).toMatch(/privacy\.rules\[0\] "mine": its pattern takes too long/);
    expect((await policy.inspect(['!'], CALL, signal)).privacy).toBe('any');
  });

  test('looks once at a text that comes again, however much is added to a conversation', async () => {
    const detector = wordDetector('fish');
    const { policy } = makePolicy({}, [detector]);
    for (let turn = 1; turn <= 20; turn += 1) {
      const texts = Array.from({ length: turn }, (_, index) => `fish ${index}`);
      expect((await policy.inspect(texts, CALL, signal)).findings).toEqual([{ kind: 'a word', count: turn }]);
    }
    expect(detector.asked).toBe(20);
    await policy.redact(['fish 3'], CALL, signal);
    expect(detector.asked).toBe(20);
  });

  test('remembers no more than a bounded number of texts', async () => {
    const detector = wordDetector('fish');
    const { policy } = makePolicy({}, [detector]);
    const texts = Array.from({ length: 50_001 }, (_, index) => `text ${index}`);
    await policy.inspect(texts, CALL, signal);
    await policy.inspect([texts[50_000] ?? ''], CALL, signal);
    expect(detector.asked).toBe(50_001);
    await policy.inspect([texts[0] ?? ''], CALL, signal);
    expect(detector.asked).toBe(50_002);
  });

  test('stops when the call is given up, and holds that for no finding', async () => {
    const controller = new AbortController();
    const { policy } = makePolicy({}, [wordDetector('x', { detect: () => new Promise<never>(() => undefined) })]);
    const looking = policy.inspect(['fish'], CALL, controller.signal);
    controller.abort(new Error('given up'));
    await expect(looking).rejects.toThrow('given up');
  });

  test('looks at 100 kB with every detector and a rule in well under 50 ms', async () => {
    const settings = { detect: { 'personal-data': 'redact' as const }, rules: [rule({ words: ['zebra'] })] };
    const { policy } = makePolicy(settings, [SECRETS_DETECTOR, PERSONAL_DATA_DETECTOR]);
    const text = 'The ferry leaves at 9:15, and the harbour (pier 4) is quiet until 2026-03-01. '.repeat(1_300);
    await policy.inspect([text], CALL, signal);
    const times: number[] = [Infinity];
    // The least of several: the machine may be busy.
    for (let round = 0; round < 40 && Math.min(...times) >= 50; round += 1) {
      const began = performance.now();
      expect((await policy.inspect([`${text}${round}`], CALL, signal)).privacy).toBe('any');
      times.push(performance.now() - began);
    }
    expect(Math.min(...times)).toBeLessThan(50);
  });
});

describe('redacting content', () => {
  test('replaces what is to be redacted, and nothing else', async () => {
    const { policy } = makePolicy({ detect: { 'personal-data': 'redact', words: 'no-training' } }, [
      PERSONAL_DATA_DETECTOR,
      wordDetector('Zebra'),
    ]);
    const redaction = await policy.redact([MAIL], CALL, signal);
    expect([redaction.texts, redaction.replaced]).toEqual([['write to <email-address-1> about Zebra'], 1]);
    expect(redaction.restore('Dear <email-address-1>')).toBe('Dear anna@example.org');
  });

  test('does not tell the name of a rule, which may itself be what nobody is to know', async () => {
    const { policy } = makePolicy({ rules: [rule({ name: 'Zebra takeover', treatment: 'redact', words: ['zebra'] })] });
    expect((await policy.redact([MAIL], CALL, signal)).texts).toEqual(['write to anna@example.org about <redacted-1>']);
  });

  test('replaces nothing in texts that are embedded, since they do not leave', async () => {
    const { policy } = makePolicy({ detect: { 'personal-data': 'redact' } }, [PERSONAL_DATA_DETECTOR]);
    expect((await policy.redact([MAIL], { task: 'embed' }, signal)).replaced).toBe(0);
  });
});

describe('words of a rule', () => {
  test.each([
    ['acme', 'ACME.', true],
    ['acme', '(Acme)', true],
    ['acme', 'acmes', false],
    ['acme', 'my_acme', false],
    ['acme', 'acme\u0301', false],
    ['Acme Corp', 'acme\n  corp', true],
    ['Ämter', 'die a\u0308mter', true],
    ['straße', 'STRAßE', true],
    ['Москва', 'в МОСКВА.', true],
    ['Москва', 'Москвами', false],
    ['C++', 'in c++ and', true],
    ['Acme', '我们的Acme名单', true],
    ['客户', '我们的客户名单', true],
    ['ลูกค้า', 'รายชื่อลูกค้าทั้งหมด', true],
    ['शर्मा', 'श्री शर्मा जी', true],
    ['.env', 'the .env file', true],
    ['a.b', 'axb', false],
  ])('%s in %j: %s', async (word, text, expected) => {
    const { policy } = makePolicy({ rules: [rule({ words: ['unrelated', word] })] });
    const { findings } = await policy.inspect([text], CALL, signal);
    expect(findings.length > 0).toBe(expected);
  });
});
