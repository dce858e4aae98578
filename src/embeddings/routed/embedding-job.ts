import { CancelledError } from '../../contracts/errors/host-errors.ts';
import {
  ContextTooLongError,
  MalformedReplyError,
  ProviderRejectedError,
} from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { EmbeddingLimits } from '../../contracts/models/embedding-model.ts';
import { linkAbort } from '../../resilience/linked-abort.ts';
import { planBatches, tokenBound } from './plan-batches.ts';
import type { SizedText } from './plan-batches.ts';

/** What one job is made of. */
interface EmbeddingJob {
  /** Each text once. */
  readonly texts: readonly { readonly text: string; readonly place: number }[];
  /** Texts of the whole call, for messages. */
  readonly total: number;
  readonly limits: EmbeddingLimits;
  /** Tokens of the prefix that the model adds, at most. */
  readonly prefixBytes: number;
  readonly concurrency: number;
  readonly signal: AbortSignal;
  /** Vectors of one batch, in its order. */
  embed(batch: readonly SizedText[], signal: AbortSignal): Promise<readonly Float32Array[]>;
  /** Told of each batch that is done. */
  onVectors(batch: readonly SizedText[], vectors: readonly Float32Array[]): void;
}

/** Failures that may be of the size of a batch, or of one text in it: a smaller batch tells. */
const OF_THE_BATCH: ReadonlySet<string> = new Set(['E_CONTEXT', 'E_REJECTED', 'E_INPUT', 'E_MALFORMED']);

/** The failure of one text alone, with its place among those that were given; a text itself is never shown. */
function nameText(error: unknown, { place, text }: SizedText, total: number): unknown {
  if (!isWoosterError(error) || total === 1) return error;
  const message = `text ${place + 1} of ${total} (${text.length} characters): ${error.message}`;
  const options = { cause: error, details: { ...error.details, place } };
  if (error instanceof ContextTooLongError) {
    const { limitTokens, actualTokens } = error;
    return new ContextTooLongError(message, { ...options, limitTokens, actualTokens });
  }
  if (error.code === 'E_MALFORMED') return new MalformedReplyError(message, options);
  return error.code === 'E_REJECTED' ? new ProviderRejectedError(message, options) : error;
}

/** One batch; where it is refused, its halves, down to the text that is at fault. */
async function runBatch(job: EmbeddingJob, batch: readonly SizedText[], signal: AbortSignal): Promise<void> {
  try {
    job.onVectors(batch, await job.embed(batch, signal));
  } catch (error) {
    const isOfTheBatch = isWoosterError(error) && OF_THE_BATCH.has(error.code) && !signal.aborted;
    const [first] = batch;
    if (!isOfTheBatch || first === undefined) throw error;
    if (batch.length === 1) throw nameText(error, first, job.total);
    const middle = Math.ceil(batch.length / 2);
    await runBatch(job, batch.slice(0, middle), signal);
    await runBatch(job, batch.slice(middle), signal);
  }
}

/**
 * Embeds texts in batches within the limits, a few at a time; long texts go together, since a batch takes as long as its
 * longest. The first failure ends the job; what was done before it has been told to `onVectors`.
 */
export async function runEmbeddingJob(job: EmbeddingJob): Promise<void> {
  const { limits, prefixBytes } = job;
  const sized = job.texts.map(({ text, place }) => {
    const maxTokens = Math.min(tokenBound(text, limits.tokensPerInput) + prefixBytes, limits.tokensPerInput);
    return { text, place, maxTokens };
  });
  const batches = planBatches(
    sized.toSorted((left, right) => right.maxTokens - left.maxTokens),
    limits,
  );
  const link = linkAbort(job.signal);
  let next = 0;
  let failure: { readonly error: unknown } | undefined;
  const work = async (): Promise<void> => {
    for (let batch = batches[next++]; batch !== undefined; batch = batches[next++]) {
      if (link.signal.aborted) throw new CancelledError();
      await runBatch(job, batch, link.signal);
    }
  };
  const workers = Array.from({ length: Math.min(job.concurrency, batches.length) }, () =>
    work().catch((error: unknown) => {
      failure ??= { error };
      link.abort();
    }),
  );
  await Promise.all(workers);
  await link.dispose();
  if (failure !== undefined) throw failure.error;
}
