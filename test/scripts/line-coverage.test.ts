import { spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from '@jest/globals';
import { codeLines } from '../../scripts/line-coverage/code-lines.ts';
import { linesRunBy, linesRunInJest, rawCoverageSchema } from '../../scripts/line-coverage/covered-lines.ts';

const PRELOAD = fileURLToPath(new URL('../../scripts/line-coverage/record-children.ts', import.meta.url));
const START_CHILD = `require('node:child_process').spawnSync(process.execPath, [process.argv[1]], { env: {}, stdio: 'inherit' })`;
const PROGRAM = `import { argv } from 'node:process';
/** Picks a word. */
interface Choice {
  readonly word: string;
}

function choose(isLong: boolean): Choice {
  if (isLong) {
    return { word: 'long' };
  }
  // A comment.
  return { word: 'short' };
}

function never(
  text: string,
): string {
  return text.repeat(2);
}

console.log(choose(argv.length > 99).word, typeof never);
`;

const range = (startOffset: number, endOffset: number, count: number) => ({ startOffset, endOffset, count });

describe('line coverage', () => {
  test('counts only lines that do something', () => {
    expect(codeLines(PROGRAM)).toEqual([1, 7, 8, 9, 12, 15, 16, 18, 21]);
    expect(
      codeLines('export type { A } from "a";\n/**\n * Words.\n */\nexport interface B {\n  c: string;\n}\n'),
    ).toEqual([]);
  });

  test('sees what a child ran whose environment is listed, in the lines of its source', () => {
    const folder = mkdtempSync(join(tmpdir(), 'wooster-coverage-'));
    try {
      const program = join(folder, 'program.ts');
      writeFileSync(program, PROGRAM);
      const run = (workerId: Record<string, string>) =>
        spawnSync(process.execPath, ['--import', PRELOAD, '-e', START_CHILD, program], {
          env: { CHILD_COVERAGE_DIRECTORY: join(folder, 'v8'), ...workerId },
          encoding: 'utf8',
          timeout: 20_000,
        });
      expect(run({}).stdout).toBe('short function\n');
      expect(readdirSync(folder)).toEqual(['program.ts']);
      expect(run({ JEST_WORKER_ID: '1' }).stdout).toBe('short function\n');
      const files = readdirSync(join(folder, 'v8'));
      expect(files).toHaveLength(1);
      const raw = rawCoverageSchema.parse(JSON.parse(readFileSync(join(folder, 'v8', files[0]!), 'utf8')));
      const script = raw.result.find(({ url }) => url.endsWith('/program.ts'));
      const lines = linesRunBy(script?.functions ?? [], PROGRAM);
      expect(codeLines(PROGRAM).filter((line) => lines.has(line))).toEqual([1, 7, 8, 12, 21]);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }, 60_000);

  test('takes the word of the innermost range, in whatever order the functions are told', () => {
    const source = 'one();\nif (x) {\n  two();\n}\n';
    const module = { ranges: [range(0, source.length, 1), range(14, 26, 0)] };
    expect([...linesRunBy([module], source)]).toEqual([1, 2, 5]);
    expect([...linesRunBy([{ ranges: [range(18, 24, 3)] }, module], source)]).toEqual([1, 2, 3, 5]);
    expect([...linesRunBy([], source)]).toEqual([]);
  });

  test('reads the lines of jest by their number, not by their order', () => {
    const statementMap = { a: { start: { line: 7 } }, b: { start: { line: 2 } }, c: { start: { line: 3 } } };
    expect([...linesRunInJest({ statementMap, s: { a: 2, b: 0, c: 1 } })]).toEqual([7, 3]);
  });
});
