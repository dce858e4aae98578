import { spawn } from 'node:child_process';
import { randomInt } from 'node:crypto';
import { once } from 'node:events';
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeAll, describe, expect, jest, test } from '@jest/globals';
import { heapGrowth } from './heap-slope.ts';
import type { QuietPoint, SoakReport } from './soak-plan.ts';

const durationMs = Number(process.env['WOOSTER_PROOF_SOAK_MS'] ?? 120_000);
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));
const reportFile = process.env['WOOSTER_PROOF_REPORT'];

/** Its start, its rests and the recovery after it. */
const BESIDES_MS = 120_000;
jest.setTimeout(durationMs + BESIDES_MS);

const MIB = 2 ** 20;
/** A leak of a kilobyte a call is several times as much. */
const GROWTH_LIMIT_BYTES = 3 * MIB;
/** Sockets that are kept open come and go. */
const HANDLE_MARGIN = 12;

let report: SoakReport;

async function run(root: string): Promise<SoakReport> {
  const program = join(import.meta.dirname, 'soak-process.ts');
  const words = ['--expose-gc', '--disable-warning=ExperimentalWarning', program];
  const child = spawn(process.execPath, [...words, JSON.stringify({ seed, durationMs, root })], {
    stdio: ['ignore', 'pipe', 'inherit'],
    timeout: durationMs + BESIDES_MS,
    killSignal: 'SIGKILL',
  });
  const [line, [code]] = await Promise.all([text(child.stdout), once(child, 'exit') as Promise<[number | null]>]);
  if (code !== 0) throw new Error(`the soak of seed ${seed} ended with ${code}: ${line.slice(-2_000)}`);
  return JSON.parse(line) as SoakReport;
}

beforeAll(async () => {
  process.stderr.write(`soak: ${durationMs / 1_000} s, WOOSTER_SEED=${seed}\n`);
  const root = mkdtempSync(join(tmpdir(), 'wooster-soak-'));
  try {
    report = await run(root);
  } finally {
    rmSync(root, { recursive: true, force: true, maxRetries: 3 });
  }
  const growthBytes = heapGrowth(report.quiet);
  const { calls, attempts, outcomes, overrun, recoveredMs } = report;
  const told = JSON.stringify({ calls, attempts, overrun, recoveredMs, growthBytes, outcomes });
  process.stderr.write(`soak: ${told}\n`);
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ ...report, growthBytes })}\n`);
}, durationMs + BESIDES_MS);

/** The most of a count in the first and in the last third of the rests. */
function ends(count: (point: QuietPoint) => number): readonly [first: number, last: number] {
  const third = Math.ceil(report.quiet.length / 3);
  const most = (points: readonly QuietPoint[]): number => Math.max(...points.map(count));
  return [most(report.quiet.slice(0, third)), most(report.quiet.slice(-third))];
}

function countResources({ resources }: QuietPoint): number {
  return Object.values(resources).reduce((sum, count) => sum + count, 0);
}

describe('a host under faults that change at random', () => {
  test('was tried: every kind of call met many kinds of faults and came to different ends', () => {
    expect(report.calls).toBeGreaterThan(durationMs / 200);
    expect(Object.keys(report.injected).length).toBeGreaterThan(durationMs >= 60_000 ? 20 : 8);
    const outcomes = Object.keys(report.outcomes);
    for (const kind of ['plain', 'stream', 'tools']) {
      for (const outcome of ['answered', 'answered by a stand-in', 'E_CANCELLED']) {
        expect(outcomes).toContain(`${kind}: ${outcome}`);
      }
    }
  });

  test('kept its promises in each call: one end, within its limits, whole words or an error, one record an attempt', () => {
    expect({ faults: report.faults, count: report.faultCount }).toEqual({ faults: [], count: 0 });
  });

  test('let no rejection and no exception go astray, and warned of no leak of listeners', () => {
    expect(report.stray).toEqual([]);
  });

  test('took no more memory at its end than in its middle', () => {
    expect(heapGrowth(report.quiet)).toBeLessThan(GROWTH_LIMIT_BYTES);
  });

  test('left no listener on a signal that all calls share, and no growing number of handles', () => {
    expect(ends(({ listeners }) => listeners)).toEqual([0, 0]);
    const [filesBefore, filesAfter] = ends(({ descriptors }) => descriptors);
    expect(filesAfter).toBeLessThanOrEqual(filesBefore + HANDLE_MARGIN);
    const [before, after] = ends(countResources);
    expect(after).toBeLessThanOrEqual(before + HANDLE_MARGIN);
  });

  test('had every target back without being asked, and the first of them answered all that followed', () => {
    expect({ stillOut: report.stillOut, isBack: report.recoveredMs !== undefined }).toEqual({
      stillOut: [],
      isBack: true,
    });
    expect(report.afterwards).toEqual({ answered: 9 });
  });
});
