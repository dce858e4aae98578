import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Bench } from '../bench.ts';
import { TOOL_SETS } from './cases/all-cases.ts';
import { judgeCase } from './judge/judge-case.ts';
import { KeptResults, wordingOf, type KeptResult } from './kept-results.ts';
import { runCase } from './run-case.ts';
import { select, type SelectedCase } from './selection.ts';
import { describeCase } from './report/describe-case.ts';
import { writeReport } from './report/write-report.ts';
import type { BenchModel } from './models.ts';
import type { Way } from './ways/way.ts';

/** A case with a call, one without, a nested schema and two calls, of one set of tools. */
const QUICK_CASES = ['desk-tool-1', 'desk-none-1', 'desk-nested-1', 'desk-two-1'];

interface Run {
  readonly model: BenchModel;
  readonly way: Way;
  readonly cases: readonly SelectedCase[];
  readonly results: KeptResults;
  readonly tell: (line: string) => void;
}

async function runCases({ model, way, cases, results, tell }: Run): Promise<void> {
  await using opened = await way.open(model);
  for (const { part, asked } of cases) {
    const tools = TOOL_SETS[asked.set];
    const startedMs = performance.now();
    const replies = await runCase(opened, asked, tools);
    const result: KeptResult = {
      model: model.id,
      way: way.id,
      caseId: asked.id,
      wording: wordingOf(asked),
      engine: opened.engine,
      day: new Date().toISOString().slice(0, 10),
      seconds: Math.round(performance.now() - startedMs) / 1000,
      replies,
    };
    results.add(result);
    const verdict = judgeCase(asked, tools, replies);
    tell(`${model.id} ${way.id} ${describeCase({ part, asked, verdict, result })}`);
  }
}

/** `--only <text>`, once or more, narrows a run; `--results <folder>` is where what is measured is kept for the report. */
export const hasParts = true;

/** How well models use tools, asked in several ways. */
export const bench: Bench = async ({ isQuick, tell, only = [], results: folder }) => {
  const { models, ways, cases, isMissingOnly } = select(only);
  const results = new KeptResults(folder ?? join(tmpdir(), `wooster-bench-tools${isQuick ? '-quick' : ''}`));
  const chosen = isQuick ? cases.filter(({ asked }) => QUICK_CASES.includes(asked.id)) : cases;
  // Those of one set one after another, whatever their part: the start of the prompt stays in the engine's cache.
  const grouped = Object.keys(TOOL_SETS).flatMap((set) => chosen.filter(({ asked }) => asked.set === set));
  for (const model of models) {
    for (const way of ways) {
      const place = { model: model.id, way: way.id };
      const wanted = grouped.filter(({ asked }) => !isMissingOnly || results.get(place, asked) === undefined);
      if (wanted.length > 0) await runCases({ model, way, cases: wanted, results, tell });
    }
  }
  return writeReport(results);
};
