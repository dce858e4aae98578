import {
  classifyFault,
  InterruptedStreamError,
  isWoosterError,
  MalformedReplyError,
  readErrorValue,
  type FaultReport,
  type WoosterError,
} from 'wooster';
import { withheld } from './openai-reply.ts';

/** What a failure is told of. */
export type Place = Pick<FaultReport, 'provider' | 'address' | 'model' | 'operation'>;

/** The first error of ours in a chain of causes: what our own `fetch` threw, wrapped by the client package. */
function ownError(error: unknown, depth = 0): WoosterError | undefined {
  if (isWoosterError(error)) return error;
  return error instanceof Error && depth < 5 ? ownError(error.cause, depth + 1) : undefined;
}

/**
 * Translates what the client package throws. Refusals come as errors of ours from `fetch`; an `error` within a stream is
 * an APIError with the server's object; anything else is a reply the package could not read.
 */
export function translateOpenAIError(error: unknown, place: Place, progress: { chunks: number } | undefined): unknown {
  const own = ownError(error);
  const isInStream = progress !== undefined && progress.chunks > 0;
  if (own !== undefined && !(isInStream && own.code === 'E_UNREACHABLE')) return own;
  const told = readErrorValue({ error: (error as { error?: unknown } | undefined)?.error });
  if (told !== undefined) return classifyFault({ ...place, error: told });
  // Thrown by the client package itself when it was asked for a schema.
  if (error instanceof Error && error.constructor.name === 'ContentFilterFinishReasonError') return withheld(place, 0);
  const { provider, address, model } = place;
  if (isInStream) return interrupted(place, progress.chunks, error);
  return new MalformedReplyError(`${provider} at ${address}: a reply that could not be read; ask again`, {
    provider,
    model,
    cause: error,
  });
}

/** The answer broke off, or ended without a finish reason. */
export function interrupted(place: Place, chunks: number, cause?: unknown): InterruptedStreamError {
  const text = `${place.provider} at ${place.address}: the answer ended after ${chunks} tokens without its end marker; ask again`;
  return new InterruptedStreamError(text, {
    provider: place.provider,
    model: place.model,
    outputTokens: chunks,
    cause,
  });
}
