import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { describeKills, describeLoad, type ProofLine } from './report-lines.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;
const LIMIT_MS = 3_600_000;
const KILLS = 50;

const PROOFS = {
  kills: { test: 'test/real/knowledge-crash.test.ts', file: 'crash.md', describe: describeKills },
  load: { test: 'test/real/knowledge-load.test.ts', file: 'load.md', describe: describeLoad },
} as const;

function isProof(name: string): name is keyof typeof PROOFS {
  return Object.hasOwn(PROOFS, name);
}

/** Runs the test of a proof in full and writes its report; true when it passed. */
async function prove(name: keyof typeof PROOFS): Promise<boolean> {
  const { test, file, describe } = PROOFS[name];
  const folder = mkdtempSync(join(tmpdir(), 'wooster-proof-'));
  const lines = join(folder, 'lines');
  try {
    const words = [
      '--experimental-vm-modules',
      'node_modules/jest/bin/jest.js',
      '--selectProjects',
      'real',
      '--runInBand',
      test,
    ];
    const { status } = spawnSync(process.execPath, words, {
      cwd: REPOSITORY,
      env: { ...process.env, WOOSTER_PROOF_KILLS: String(KILLS), WOOSTER_PROOF_REPORT: lines },
      stdio: 'inherit',
      timeout: LIMIT_MS,
    });
    if (!existsSync(lines)) return false;
    const found = readFileSync(lines, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as ProofLine);
    const verdict = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}. ${status === 0 ? 'Passed.' : 'FAILED: what is missing below failed.'} Made by \`pnpm proof ${name}\`; do not edit.`;
    const reports = join(REPOSITORY, 'docs', 'proof');
    mkdirSync(reports, { recursive: true });
    const text = await format(describe(found, verdict), { parser: 'markdown', printWidth: 120 });
    writeFileSync(join(reports, file), text);
    return status === 0;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const asked = process.argv.slice(2);
const names = asked.length === 0 ? Object.keys(PROOFS) : asked;
const unknown = names.filter((name) => !isProof(name));
if (unknown.length > 0) {
  process.stderr.write(`usage: pnpm proof [${Object.keys(PROOFS).join('] [')}]\n`);
  process.exit(64);
}
// All of them run, whatever becomes of the first.
const results: boolean[] = [];
for (const name of names.filter(isProof)) results.push(await prove(name));
process.exit(results.every(Boolean) ? 0 : 1);
