import { isWoosterError } from '../../../src/index.ts';
import { measureIngest } from './contestants/ingest.ts';
import { fillStore, prepareIndex, searchStore } from './contestants/knowledge-store.ts';
import { saveLangChain, searchLangChain } from './contestants/langchain-faiss.ts';
import { searchIndex } from './contestants/vector-index.ts';
import type { Contestant, Job, JobResult, Size } from './job.ts';
import type { Measured } from './measure.ts';

const SEARCHES: Readonly<Record<Contestant, (size: Size) => Promise<Measured>>> = {
  'store-exact': (size) => searchStore('exact', size),
  'store-faiss': (size) => searchStore('faiss', size),
  'index-exact': (size) => searchIndex('exact', size),
  'index-faiss': (size) => searchIndex('faiss', size),
  'langchain-faiss': searchLangChain,
};

async function prepare(work: Promise<void>): Promise<JobResult> {
  const begun = performance.now();
  await work;
  return { kind: 'done', seconds: (performance.now() - begun) / 1000 };
}

async function run(job: Job): Promise<JobResult> {
  if (job.kind === 'prepare-store') return prepare(fillStore(job.size));
  if (job.kind === 'prepare-index') return prepare(prepareIndex(job.driver, job.size));
  if (job.kind === 'prepare-langchain') return prepare(saveLangChain(job.size));
  if (job.kind === 'search') return { kind: 'searched', measured: await SEARCHES[job.contestant](job.size) };
  return { kind: 'ingested', measured: await measureIngest(job) };
}

/** What is not installed, or not configured, is told in place of a figure; a fault ends the bench. */
async function runOrTell(job: Job): Promise<JobResult> {
  try {
    return await run(job);
  } catch (error) {
    if (isWoosterError(error)) return { kind: 'not-run', reason: `${error.code} ${error.message}` };
    throw error;
  }
}

const result = await runOrTell(JSON.parse(process.argv[2] ?? '{}') as Job);
process.stdout.write(`${JSON.stringify(result)}\n`);
process.exit(0);
