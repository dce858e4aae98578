import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { CASES } from '../../../../scripts/bench/tools/cases/all-cases.ts';
import type { ToolCase } from '../../../../scripts/bench/tools/cases/tool-case.ts';
import type { Reply } from '../../../../scripts/bench/tools/conversation.ts';
import { KeptResults, wordingOf, type KeptResult } from '../../../../scripts/bench/tools/kept-results.ts';
import { describeCase } from '../../../../scripts/bench/tools/report/describe-case.ts';
import { describeGoals, type Measured } from '../../../../scripts/bench/tools/report/goals.ts';
import { writeReport } from '../../../../scripts/bench/tools/report/write-report.ts';
import { select } from '../../../../scripts/bench/tools/selection.ts';

const MODEL = 'qwen2.5-coder-0.5b-instruct-q4_k_m';
const WORDS: Reply = { calls: [], text: 'All right.' };
const PLACE = { model: MODEL, way: 'ours-embedded' };
let folder: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-bench-tools-test-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

function resultOf(asked: ToolCase, more: Partial<KeptResult> = {}): KeptResult {
  const wording = wordingOf(asked);
  const base = { ...PLACE, caseId: asked.id, wording, engine: 'engine 1', day: '2026-03-04' };
  return { ...base, seconds: 2, replies: [WORDS], ...more };
}

describe('kept results', () => {
  test('are there for a later run, the last of a case counting', () => {
    const [asked] = CASES.tune;
    new KeptResults(folder).add(resultOf(asked!));
    new KeptResults(folder).add(resultOf(asked!, { seconds: 3 }));
    expect(new KeptResults(folder).get(PLACE, asked!)?.seconds).toBe(3);
  });

  test('of another wording are not counted', () => {
    const [asked] = CASES.tune;
    new KeptResults(folder).add(resultOf(asked!, { wording: 'before' }));
    expect(new KeptResults(folder).get(PLACE, asked!)).toBeUndefined();
  });
});

describe('the report', () => {
  test('tells a partial run as one, with figures of what was measured and none of what was not', () => {
    const results = new KeptResults(folder);
    for (const asked of CASES.tune) results.add(resultOf(asked));
    const report = writeReport(results);
    expect(report).toContain('In part only: Qwen2.5 Coder 0.5B Instruct, Wooster, embedded: 48 cases.');
    expect(report).toContain(
      '| Qwen2.5 Coder 0.5B Instruct | Wooster, embedded | 14 of 48, 29 % | 0 of 34, 0 % | 0 of 34, 0 % | 0 of 14, 0 % | 2.0 |',
    );
    expect(report.split('## Held-out part')[1]?.split('\n## ')[0]).toContain('Nothing is measured.');
    expect(report).toContain('- not measured: Qwen2.5 Coder 0.5B Instruct');
    expect(report).toContain('- desk-tool-1, no call: `"All right."`');
  });

  test('names held-out cases that went wrong, and shows nothing of them', () => {
    const results = new KeptResults(folder);
    for (const asked of CASES['held-out']) results.add(resultOf(asked));
    const report = writeReport(results);
    expect(report).toContain('- held out: desk-tool-3, ');
    expect(report).not.toContain('All right.');
    for (const { question } of CASES['held-out']) expect(report).not.toContain(question);
  });
});

const share = (count: number, of: number) => ({ count, of });

describe('the required figures', () => {
  const measured = (right: number, more: Partial<Measured> = {}): Measured => ({
    model: MODEL,
    title: 'Small',
    way: 'Wooster',
    isOurs: true,
    tally: { valid: share(69, 72), rightTools: share(52, 52), right: share(right, 52), needless: share(2, 20) },
    ...more,
  });
  const models = [{ id: MODEL, title: 'Small' }];

  test('pass and fail by the numbers', () => {
    const raw = measured(46, { isOurs: false, way: 'raw' });
    expect(describeGoals([raw, measured(45)], models)).toEqual([
      '- passed: Small, Wooster, valid at least 95 %: 69 of 72, 96 %',
      '- passed: Small, Wooster, right tool and arguments at least 85 %: 45 of 52, 87 %',
      '- **FAILED**: Small, Wooster, never worse than the best raw way: 45 of 52, 87 % against 46 of 52, 88 % of raw (needless 2 of 20, 10 % against 2 of 20, 10 %)',
      '- passed: Small, Wooster, needless calls at most 10 %: 2 of 20, 10 %',
    ]);
  });

  test('are not rounded up to a pass', () => {
    const goals = describeGoals([measured(44)], models);
    expect(goals[1]).toBe('- **FAILED**: Small, Wooster, right tool and arguments at least 85 %: 44 of 52, 85 %');
    expect(goals[2]).toBe('- not measured: Small, Wooster, never worse than the best raw way');
  });
});

describe('a run', () => {
  test('is narrowed by texts, those of one kind adding up', () => {
    const { models, ways, cases } = select(['0.5b', '1.5b', 'ours', 'held-out', 'desk']);
    expect(models.map(({ id }) => id)).toEqual([MODEL, 'qwen2.5-coder-1.5b-instruct']);
    expect(ways.map(({ id }) => id)).toEqual(['ours-embedded', 'ours-llamacpp']);
    expect(cases.map(({ asked }) => asked.set)).toEqual(Array.from({ length: 6 }, () => 'desk'));
    expect(select([]).cases).toHaveLength(72);
    expect(select(['report']).models).toEqual([]);
    expect(select(['missing', 'tune'])).toMatchObject({ isMissingOnly: true, cases: { length: 48 } });
  });

  test('is refused where a text names nothing', () => {
    expect(() => select(['gpt'])).toThrow(/^--only gpt names nothing: say a model \(smollm2.*tune, held-out/);
  });

  test('shows what came back of a tuned case, and the verdict alone of a held-out one', () => {
    const [asked] = CASES.tune;
    const verdict = { isValid: false, hasRightTools: false, isRight: false, isNeedless: false, why: 'no call' };
    const one = { asked: asked!, verdict, result: resultOf(asked!) };
    expect(describeCase({ ...one, part: 'tune' })).toBe(
      'desk-tool-1 WRONG 2.0 s: no call\n    "Do I need an umbrella in Hamburg today?"\n    wanted get_weather {city: "Hamburg", day: ("today")}\n    got "All right."',
    );
    expect(describeCase({ ...one, part: 'held-out' })).toBe('desk-tool-1 WRONG 2.0 s');
  });
});
