import {
  classifyFault,
  ContentFilteredError,
  InterruptedStreamError,
  isWoosterError,
  MalformedReplyError,
  ProviderRejectedError,
  readErrorValue,
  type ErrorBody,
  type FaultReport,
  type ProviderError,
  type WoosterError,
} from 'wooster';

/** What a failure is told of. */
export type Place = Pick<FaultReport, 'provider' | 'address' | 'model' | 'operation'>;

/** The first error of ours in a chain of causes: what our own `fetch` threw, wrapped by the client package. */
function ownError(error: unknown, depth = 0): WoosterError | undefined {
  if (isWoosterError(error)) return error;
  return error instanceof Error && depth < 5 ? ownError(error.cause, depth + 1) : undefined;
}

/** How far a call had come when it failed. */
export interface CallProgress {
  /** Pieces of the answer that were read. */
  readonly chunks: number;
  /** False where the request was never sent. */
  readonly isAsked: boolean;
  /** What an `error` within a reply says, where the service says it in a form of its own. */
  readonly readError?: (told: unknown) => ErrorBody | undefined;
}

/**
 * Translates what a client package throws. Refusals come as errors of ours from `fetch`; an `error` within a stream is
 * an APIError with the server's object; anything else is a reply the package could not read.
 */
export function translateCallError(error: unknown, place: Place, progress?: CallProgress): unknown {
  const own = ownError(error);
  const isInStream = progress !== undefined && progress.chunks > 0;
  if (own !== undefined && !(isInStream && own.code === 'E_UNREACHABLE')) return own;
  const within = (error as { error?: unknown } | undefined)?.error;
  const told = progress?.readError?.(within) ?? readErrorValue({ error: within });
  if (told !== undefined) return classifyToldFault(told, place);
  // Thrown by OpenAI's client itself when it was asked for a schema.
  if (error instanceof Error && error.constructor.name === 'ContentFilterFinishReasonError') return withheld(place, 0);
  const { provider, address, model } = place;
  if (progress?.isAsked === false && error instanceof Error) {
    const text = `${provider} at ${address}: it cannot be asked this: ${error.message.slice(0, 300)}`;
    return new ProviderRejectedError(text, { provider, model, cause: error });
  }
  if (isInStream) return interrupted(place, progress.chunks, error);
  return new MalformedReplyError(`${provider} at ${address}: a reply that could not be read; ask again`, {
    provider,
    model,
    cause: error,
  });
}

/** An error told within a reply whose status was 200; OpenRouter and Google write the status it should have had into `code`. */
export function classifyToldFault(error: ErrorBody, place: Place): ProviderError {
  const { code } = error.numbers;
  const isStatus = code !== undefined && Number.isInteger(code) && code >= 400 && code < 600;
  return classifyFault({ ...place, error, ...(isStatus && { status: code }) });
}

/** The answer broke off, or ended without its end marker. */
export function interrupted(place: Place, chunks: number, cause?: unknown): InterruptedStreamError {
  const text = `${place.provider} at ${place.address}: the answer ended after ${chunks} tokens without its end marker; ask again`;
  return new InterruptedStreamError(text, {
    provider: place.provider,
    model: place.model,
    outputTokens: chunks,
    cause,
  });
}

/** What the provider withheld; what came before it has been shown. */
export function withheld({ provider, address, model }: Place, chunks: number): ContentFilteredError {
  const what = chunks === 0 ? 'its answer' : `the rest of its answer after ${chunks} tokens`;
  const text = `${provider} at ${address}: the content filter withheld ${what}; ask differently, or use another model`;
  return new ContentFilteredError(text, { provider, model, details: { outputTokens: chunks } });
}

/** An answer in which nothing is said. */
export function emptyReply({ provider, address, model }: Place): MalformedReplyError {
  return new MalformedReplyError(`${provider} at ${address}: an empty reply; ask again`, { provider, model });
}
