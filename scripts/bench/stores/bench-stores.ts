import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { FAISS_INDEX_DRIVER } from '../../../src/index.ts';
import type { Contestant, IngestMeasured, Job, Size } from './job.ts';
import { median } from '../quantiles.ts';
import type { Measured } from './measure.ts';
import { runJob } from './run-job.ts';

/** How large a bench is. */
export interface BenchPlan {
  readonly rows: readonly number[];
  readonly dimensions: number;
  readonly k: number;
  readonly searches: number;
  readonly rounds: number;
  readonly files: number;
  readonly embedder: 'embedded' | 'stored';
}

/** One line of the table: medians over the rounds, or why there is none. */
export interface SearchRow {
  readonly contestant: Contestant;
  readonly rows: number;
  readonly result: Measured | { readonly notRun: string };
}

/** What a bench found. */
export interface BenchResult {
  readonly plan: BenchPlan;
  readonly searches: readonly SearchRow[];
  readonly ingest: readonly IngestMeasured[] | { readonly notRun: string };
}

const CONTESTANTS: readonly Contestant[] = [
  'store-exact',
  'store-faiss',
  'index-exact',
  'index-faiss',
  'langchain-faiss',
];

function medians(rounds: readonly Measured[]): Measured {
  const of = (key: keyof Measured): number => median(rounds.map((round) => round[key]));
  return { openMs: of('openMs'), p50Ms: of('p50Ms'), p95Ms: of('p95Ms'), memoryMiB: of('memoryMiB') };
}

async function measureSize(size: Size, rounds: number, faiss: string | undefined): Promise<readonly SearchRow[]> {
  await runJob({ kind: 'prepare-store', size });
  await runJob({ kind: 'prepare-index', driver: 'exact', size });
  if (faiss === undefined) {
    await runJob({ kind: 'prepare-index', driver: 'faiss', size });
    await runJob({ kind: 'prepare-langchain', size });
  }
  const found = new Map<Contestant, Measured[]>(CONTESTANTS.map((contestant) => [contestant, []]));
  const notRun = new Map<Contestant, string>();
  // Round by round, so that an hour in which the machine is slow is everybody's.
  for (let round = 0; round < rounds; round += 1) {
    for (const contestant of CONTESTANTS) {
      if (faiss !== undefined && contestant.endsWith('faiss')) {
        notRun.set(contestant, faiss);
        continue;
      }
      const result = await runJob({ kind: 'search', contestant, size });
      if (result.kind === 'searched') found.get(contestant)?.push(result.measured);
      else if (result.kind === 'not-run') notRun.set(contestant, result.reason);
    }
  }
  return CONTESTANTS.map((contestant) => {
    const reason = notRun.get(contestant);
    const result = reason === undefined ? medians(found.get(contestant) ?? []) : { notRun: reason };
    return { contestant, rows: size.rows, result };
  });
}

/** Files of documentation of the packages that are installed here, copied out since installed folders are ignored. */
function copyDocuments(to: string, count: number): void {
  mkdirSync(to, { recursive: true });
  const packages = new URL('../../../node_modules/', import.meta.url).pathname;
  const names = readdirSync(packages).flatMap((name) =>
    name.startsWith('@') ? readdirSync(join(packages, name)).map((inner) => `${name}/${inner}`) : [name],
  );
  const documents = names.flatMap((name) =>
    ['README.md', 'CHANGELOG.md']
      .map((file) => ({ from: join(packages, name, file), name: `${name.replace('/', '-')}-${file}` }))
      .filter(({ from }) => (statSync(from, { throwIfNoEntry: false })?.size ?? Infinity) < 40_000),
  );
  for (const { from, name } of documents.slice(0, count)) cpSync(from, join(to, name), { dereference: true });
}

async function measureIngest(folder: string, plan: BenchPlan): Promise<BenchResult['ingest']> {
  const documents = join(folder, 'documents');
  copyDocuments(documents, plan.files);
  const rounds: IngestMeasured[] = [];
  for (let round = 0; round < plan.rounds; round += 1) {
    const home = join(folder, `home-${round}`);
    mkdirSync(join(home, 'config'), { recursive: true });
    writeFileSync(join(home, 'config', 'local.json'), '{}');
    const job: Job = { kind: 'ingest', folder: documents, home, embedder: plan.embedder };
    const result = await runJob(job);
    if (result.kind === 'not-run') return { notRun: result.reason };
    if (result.kind === 'ingested') rounds.push(result.measured);
  }
  return rounds;
}

/** Runs the bench of the stores; every contestant in processes of its own, in a temporary folder that is removed. */
export async function benchStores(plan: BenchPlan, tell: (line: string) => void): Promise<BenchResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-bench-'));
  try {
    const { isAvailable, reason } = await FAISS_INDEX_DRIVER.availability(AbortSignal.timeout(10_000));
    const faiss = isAvailable ? undefined : (reason ?? 'it cannot be used here');
    tell(`ingest of ${plan.files} files, ${plan.rounds} rounds`);
    const ingest = await measureIngest(folder, plan);
    const searches: SearchRow[] = [];
    for (const rows of plan.rows) {
      tell(`searches over ${rows} x ${plan.dimensions}, ${plan.rounds} rounds`);
      const own = join(folder, String(rows));
      mkdirSync(own);
      const { dimensions, k } = plan;
      searches.push(
        ...(await measureSize({ folder: own, rows, dimensions, k, searches: plan.searches }, plan.rounds, faiss)),
      );
      rmSync(own, { recursive: true, force: true });
    }
    return { plan, searches, ingest };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
