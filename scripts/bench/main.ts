import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { benchStores, type BenchPlan } from './stores/bench-stores.ts';
import { describeBench } from './stores/write-report.ts';

const FULL: BenchPlan = {
  rows: [10_000, 100_000],
  dimensions: 384,
  k: 10,
  searches: 100,
  rounds: 3,
  files: 150,
  embedder: 'embedded',
};
/** Small enough for a test: it shows that everything runs, and no figure of it means anything. */
const QUICK: BenchPlan = { rows: [300], dimensions: 16, k: 10, searches: 5, rounds: 1, files: 3, embedder: 'stored' };

const USAGE = 'usage: pnpm bench stores [--quick] [--out <file>]';

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
  allowPositionals: true,
});
if (positionals.length !== 1 || positionals[0] !== 'stores') {
  process.stderr.write(`${USAGE}\n`);
  process.exit(64);
}
const result = await benchStores(values.quick ? QUICK : FULL, (line) => process.stderr.write(`${line}\n`));
const report = await format(describeBench(result, new Date()), { parser: 'markdown', printWidth: 120 });
process.stdout.write(report);
const file = values.out ?? (values.quick ? undefined : 'docs/proof/bench-stores.md');
if (file !== undefined) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, report);
}
