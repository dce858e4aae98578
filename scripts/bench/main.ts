import { mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { format } from 'prettier';
import type { Bench } from './bench.ts';

/** A bench is a folder beside this file with a `bench.ts`. */
const names = readdirSync(import.meta.dirname, { withFileTypes: true })
  .filter((entry) => entry.isDirectory())
  .map(({ name }) => name)
  .toSorted();

const { values, positionals } = parseArgs({
  options: { quick: { type: 'boolean', default: false }, out: { type: 'string' } },
  allowPositionals: true,
});
const [name] = positionals;
if (name === undefined || positionals.length !== 1 || !names.includes(name)) {
  const usages = names.map((each) => `usage: pnpm bench ${each} [--quick] [--out <file>]\n`);
  process.stderr.write(usages.join(''));
  process.exit(64);
}
const { bench } = (await import(`./${name}/bench.ts`)) as { bench: Bench };
const text = await bench({ isQuick: values.quick, tell: (line) => process.stderr.write(`${line}\n`) });
const report = await format(text, { parser: 'markdown', printWidth: 120 });
process.stdout.write(report);
const file = values.out ?? (values.quick ? undefined : `docs/proof/bench-${name}.md`);
if (file !== undefined) {
  mkdirSync(dirname(resolve(file)), { recursive: true });
  writeFileSync(file, report);
}
