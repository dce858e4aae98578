/**
 * Writes the reference pages that are made from the code: one for each file in `scripts/docs/`, which exports `page`.
 * With `--check` nothing is written; pages that differ are named and the exit code is 1. `--root` names another folder
 * than the repository to write to or to compare with.
 */
import { readFile, readdir, writeFile, mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { format, resolveConfig } from 'prettier';
import type { GeneratedPage } from './docs/markdown/generated-page.ts';

const REPOSITORY = join(import.meta.dirname, '..');
const GENERATORS = join(import.meta.dirname, 'docs');

async function generators(): Promise<GeneratedPage[]> {
  const names = (await readdir(GENERATORS)).filter((name) => name.endsWith('.ts')).sort();
  return Promise.all(
    names.map(async (name) => ((await import(join(GENERATORS, name))) as { page: GeneratedPage }).page),
  );
}

async function formatted(page: GeneratedPage): Promise<string> {
  const filepath = join(REPOSITORY, page.path);
  return format(await page.render(), { ...(await resolveConfig(filepath)), filepath });
}

async function committed(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch {
    // A page that is not there yet is stale.
    return undefined;
  }
}

const { values } = parseArgs({
  options: { check: { type: 'boolean', default: false }, root: { type: 'string', default: REPOSITORY } },
});
let hasStale = false;
for (const page of await generators()) {
  const target = join(values.root, page.path);
  const text = await formatted(page);
  if ((await committed(target)) === text) continue;
  if (values.check) {
    hasStale = true;
    process.stderr.write(`${page.path} is stale: run \`pnpm run docs\` and commit it\n`);
  } else {
    await mkdir(dirname(target), { recursive: true });
    await writeFile(target, text);
    process.stdout.write(`${page.path} written\n`);
  }
}
process.exitCode = hasStale ? 1 : 0;
