import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { execFile } from 'node:child_process';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const ROOT = join(import.meta.dirname, '..', '..');
const run = promisify(execFile);

/** Runs the generator in a process of its own; never fails, gives exit code and errors. */
async function generate(...flags: string[]): Promise<{ code: number; errors: string }> {
  try {
    const { stderr } = await run(process.execPath, [join(ROOT, 'scripts', 'gen-docs.ts'), ...flags], {
      timeout: 60_000,
    });
    return { code: 0, errors: stderr };
  } catch (error) {
    const { code, stderr } = error as { code: number; stderr: string };
    return { code, errors: stderr };
  }
}

let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-docs-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

describe('the generated pages', () => {
  test('are what the code makes of them', async () => {
    expect(await generate('--check')).toEqual({ code: 0, errors: '' });
  }, 90_000);

  test('that are changed by hand are named, and made anew', async () => {
    await cp(join(ROOT, 'docs'), join(folder, 'docs'), { recursive: true });
    const page = join(folder, 'docs', 'errors.md');
    const text = await readFile(page, 'utf8');
    await writeFile(page, `${text}by hand\n`);
    await rm(join(folder, 'docs', 'environment.md'));
    const stale = await generate('--check', '--root', folder);
    expect(stale).toEqual({
      code: 1,
      errors:
        'docs/environment.md is stale: run `pnpm run docs` and commit it\ndocs/errors.md is stale: run `pnpm run docs` and commit it\n',
    });
    expect(await generate('--root', folder)).toEqual({ code: 0, errors: '' });
    expect(await readFile(page, 'utf8')).toBe(text);
  }, 90_000);
});
