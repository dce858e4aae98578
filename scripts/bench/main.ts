import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import { UsageError } from '../../src/contracts/errors/host-errors.ts';
import type { Bench } from './bench.ts';

/** A bench is a folder beside this file with a `bench.ts`. */
const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

const { values, positionals } = parseArgs({
  options: {
    quick: { type: 'boolean', default: false },
    out: { type: 'string' },
    only: { type: 'string', multiple: true },
    results: { type: 'string' },
  },
  allowPositionals: true,
});
const [name] = positionals;
if (name === undefined || positionals.length !== 1 || !names.includes(name)) {
  const usages = names.map((each) => `usage: pnpm bench ${each} [--quick] [--out <file>]\n`);
  process.stderr.write(usages.join(''));
  process.exit(64);
}
const { bench, hasParts = false } = (await import(`./${name}/bench.ts`)) as { bench: Bench; hasParts?: boolean };
const { only, results } = values;
if (!hasParts && (only !== undefined || results !== undefined)) {
  process.stderr.write(`pnpm bench ${name} measures everything at once: leave out --only and --results\n`);
  process.exit(64);
}
const tell = (line: string): void => void process.stderr.write(`${line}\n`);
const text = await bench({ isQuick: values.quick, tell, only, results }).catch((error: unknown) => {
  if (!(error instanceof UsageError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exit(64);
});
const report = await format(text, { parser: 'markdown', printWidth: 120 });
process.stdout.write(report);
const file = values.out ?? (values.quick ? undefined : `docs/proof/bench-${name}.md`);
if (file !== undefined) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, report);
}
