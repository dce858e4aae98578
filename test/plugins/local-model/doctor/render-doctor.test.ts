import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { renderDoctor } from '../../../../plugins/local-model/doctor/render-doctor.ts';

const plain = { width: 80, hasColor: false };
const row = (title: string, state: 'ok' | 'info' | 'warning' | 'fault', summary: string, more: object = {}) => ({
  title,
  state,
  summary,
  canFix: false,
  ...more,
});

describe('the report of the doctor', () => {
  test('groups findings by check, with what to do below each', () => {
    const text = renderDoctor(
      {
        findings: [
          row('Node', 'ok', '24.21.0'),
          row('servers', 'fault', 'ollama at 127.0.0.1:11434: nothing listens there', {
            remedy: 'start it with "ollama serve"',
          }),
          row('servers', 'info', 'vllm is off'),
          row('own models', 'warning', 'not here', { remedy: '"wooster setup" fetches it', canFix: true }),
        ],
      },
      plain,
    );
    expect(text.split('\n')).toEqual([
      '✓ Node        24.21.0',
      '✗ servers     ollama at 127.0.0.1:11434: nothing listens there',
      '              → start it with "ollama serve"',
      '·             vllm is off',
      '! own models  not here',
      '              → "wooster setup" fetches it (--fix does it)',
      '',
      '1 fault, 1 warning. "wooster doctor --fix" can mend one of these.',
    ]);
  });

  test.each([
    [[row('a', 'ok', 'x')], 'All is well.'],
    [[row('a', 'info', 'x', { canFix: true })], 'All is well. "wooster doctor --fix" can mend one of these.'],
    [[row('a', 'warning', 'x'), row('b', 'warning', 'y')], 'No fault, 2 warnings.'],
    [[row('a', 'fault', 'x'), row('b', 'fault', 'y')], '2 faults, 0 warnings.'],
  ])('sums up in its last line (%#)', (findings, last) => {
    expect(renderDoctor({ findings }, plain).split('\n').at(-1)).toBe(last);
  });

  test('tells of a fix that failed instead of recommending it', () => {
    const findings = [row('a', 'warning', 'x', { canFix: true })];
    const fixes = [{ title: 'a', isDone: false, text: 'no' }];
    expect(renderDoctor({ findings, fixes }, plain)).toMatch(/1 warning\. 1 thing could not be mended: see above\.$/);
  });

  test('keeps within the width whatever it tells', () => {
    const words = fc.array(fc.string({ minLength: 1, maxLength: 20, unit: fc.constantFrom('a', 'b', '.') }), {
      minLength: 1,
      maxLength: 30,
    });
    const text = words.map((each) => each.join(' '));
    const finding = fc.record({
      title: fc.constantFrom('Node', 'own models', 'embeddings'),
      state: fc.constantFrom('ok', 'info', 'warning', 'fault'),
      summary: text,
      remedy: fc.option(text, { nil: undefined }),
      canFix: fc.boolean(),
    });
    fc.assert(
      fc.property(
        fc.array(finding, { minLength: 1, maxLength: 6 }),
        fc.integer({ min: 60, max: 160 }),
        (findings, width) => {
          const lines = renderDoctor({ findings }, { width, hasColor: false }).split('\n');
          expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(width);
        },
      ),
    );
  });
});
