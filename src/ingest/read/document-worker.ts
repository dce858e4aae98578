import { parentPort } from 'node:worker_threads';
import { CancelledError } from '../../contracts/errors/host-errors.ts';
import type { TokenCounts } from '../../contracts/models/embedding-model.ts';
import { BUILT_IN_LOADERS } from '../load/built-in-loaders.ts';
import type { DocumentJob, DocumentOutcome, WorkerReply, WorkerRequest } from './document-job.ts';
import { readDocument } from './read-document.ts';

/*
 * The worker that reads documents: parsing and splitting must not hold up the host. It takes one job at a time and asks
 * the host to count tokens, since the model is reached from there. The host ends it by terminating it.
 */

const port = parentPort!;
const signal = new AbortController().signal;
let onCounted: ((counts: TokenCounts) => void) | undefined;

function tell(reply: WorkerReply): void {
  port.postMessage(reply);
}

function countTokens(texts: readonly string[]): Promise<TokenCounts> {
  return new Promise((resolve) => {
    onCounted = resolve;
    tell({ kind: 'count', texts });
  });
}

async function run(job: DocumentJob): Promise<DocumentOutcome> {
  const loader = BUILT_IN_LOADERS.find((each) => each.id === job.loaderId);
  if (loader === undefined) throw new CancelledError(`no loader ${job.loaderId}`);
  return readDocument(job, { loader, countTokens, signal });
}

port.on('message', (request: WorkerRequest) => {
  if (request.kind === 'counted') {
    onCounted?.(request.counts);
    return;
  }
  void run(request.job).then((outcome) => tell({ kind: 'done', outcome }));
});

tell({ kind: 'ready' });
