import { z } from 'zod';

/** What Node writes for one process: of each script, functions with nested ranges of characters and their counts. */
export const rawCoverageSchema = z.object({
  result: z.array(
    z.object({
      url: z.string(),
      functions: z.array(
        z.object({
          ranges: z.array(z.object({ startOffset: z.number(), endOffset: z.number(), count: z.number() })),
        }),
      ),
    }),
  ),
});

/** What jest's v8 provider writes: of each file one statement a line, with its count. */
export const jestCoverageSchema = z.record(
  z.string(),
  z.object({
    statementMap: z.record(z.string(), z.object({ start: z.object({ line: z.number() }) })),
    s: z.record(z.string(), z.number()),
  }),
);

type RawFunctions = z.infer<typeof rawCoverageSchema>['result'][number]['functions'];
type JestFile = z.infer<typeof jestCoverageSchema>[string];

/**
 * The lines, from 1, that one process ran. An inner range speaks after those around it, and a line counts as not run
 * only when one range that was not run holds all of it: the rule by which jest's provider judges lines too. The offsets
 * are those of `source`, for stripping types moves nothing.
 */
export function linesRunBy(functions: RawFunctions, source: string): Set<number> {
  const ranges = functions
    .flatMap((each) => each.ranges)
    .sort((one, other) => one.startOffset - other.startOffset || other.endOffset - one.endOffset);
  const lines = new Set<number>();
  let start = 0;
  source.split('\n').forEach((line, index) => {
    const first = start + line.length - line.trimStart().length;
    const last = start + line.trimEnd().length;
    const around = ranges.filter(({ startOffset, endOffset }) => startOffset <= first && endOffset >= last);
    if ((around.at(-1)?.count ?? 0) > 0) lines.add(index + 1);
    start += line.length + 1;
  });
  return lines;
}

/** The lines, from 1, that jest saw running in its own processes. */
export function linesRunInJest({ statementMap, s: counts }: JestFile): Set<number> {
  const run = Object.entries(statementMap).filter(([id]) => (counts[id] ?? 0) > 0);
  return new Set(run.map(([, { start }]) => start.line));
}
