import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { format } from 'prettier';
import { jestCommand, jestEnvironment } from '../jest/jest-command.ts';
import type { Proof } from './proof.ts';

const REPOSITORY = new URL('../..', import.meta.url).pathname;
const LIMIT_MS = 3_600_000;

/** Each file of the folder that holds a proof, by its name. */
async function readProofs(): Promise<ReadonlyMap<string, Proof>> {
  const files = readdirSync(join(import.meta.dirname, 'proofs')).toSorted();
  const found = new Map<string, Proof>();
  for (const file of files) {
    const { proof } = (await import(`./proofs/${file}`)) as { proof?: Proof };
    if (proof !== undefined) found.set(file.replace(/\.ts$/, ''), proof);
  }
  return found;
}

function readLines(file: string): unknown[] {
  if (!existsSync(file)) return [];
  const text = readFileSync(file, 'utf8').trimEnd();
  return text === '' ? [] : text.split('\n').map((line) => JSON.parse(line) as unknown);
}

/** Runs the test of a proof in full and writes its report; the exit code of the test. */
async function prove(name: string, proof: Proof, options: readonly string[]): Promise<number> {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-proof-'));
  const report = join(folder, 'lines');
  try {
    const words = [...jestCommand(proof.project), '--runInBand', ...options, proof.test];
    const { status, signal } = spawnSync(process.execPath, words, {
      cwd: REPOSITORY,
      env: { ...jestEnvironment(), ...proof.environment, WOOSTER_PROOF_REPORT: report },
      stdio: 'inherit',
      timeout: proof.limitMs ?? LIMIT_MS,
    });
    if (signal !== null) process.stderr.write(`the proof ${name} was ended by ${signal}\n`);
    const lines = readLines(report);
    if (lines.length === 0) return status || 1;
    const verdict = `${new Date().toISOString().slice(0, 10)}, Node ${process.versions.node}. ${status === 0 ? 'Passed.' : 'FAILED: what is missing below failed.'} Made by \`pnpm proof ${name}\`; do not edit.`;
    const reports = join(REPOSITORY, 'docs', 'proof');
    mkdirSync(reports, { recursive: true });
    const text = await format(proof.describe(lines, verdict), { parser: 'markdown', printWidth: 120 });
    writeFileSync(join(reports, proof.file), text);
    return status ?? 1;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const proofs = await readProofs();
const words = process.argv.slice(2);
const asked = words.filter((word) => !word.startsWith('-'));
// What begins with a hyphen is for jest: `--json`, `--outputFile=report.json`.
const options = words.filter((word) => word.startsWith('-'));
const names = asked.length === 0 ? [...proofs.keys()] : asked;
if (names.some((name) => !proofs.has(name))) {
  process.stderr.write(`usage: pnpm proof [${[...proofs.keys()].join('] [')}]\n`);
  process.exit(64);
}
// All of them run, whatever becomes of the first.
let exitCode = 0;
for (const name of names) exitCode = (await prove(name, proofs.get(name)!, options)) || exitCode;
process.exit(exitCode);
