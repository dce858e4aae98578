import {
  type CallClock,
  type ErrorBody,
  type HttpReply,
  InterruptedStreamError,
  MalformedReplyError,
  type ProviderError,
} from 'wooster';
import type { ChatDelta, ReplyFacts } from '../chat-reply.ts';
import type { Dialect, StreamRecord } from '../dialects/dialect.ts';
import type { Quirks } from '../quirks.ts';

/** What reading a stream needs to know of its call. */
interface StreamCall {
  readonly provider: string;
  readonly address: string;
  readonly model: string;
  readonly dialect: Dialect;
  readonly quirks: Quirks;
  readonly clock: CallClock;
  toError(error: ErrorBody): ProviderError;
}

/** After the end marker a body has this long to end by itself, so that its connection can be kept. */
const DRAIN_LIMIT_MS = 500;

/**
 * The pieces of a streamed answer, whole only at its end marker: a body that ends, breaks or stalls before it throws
 * InterruptedStreamError (with the number of pieces delivered) or a time-out. What happens after the marker is ignored.
 */
export async function* readChatStream(reply: HttpReply, call: StreamCall): AsyncGenerator<ChatDelta, void> {
  const read = call.dialect.streamReader(call.quirks);
  const records = call.dialect.frames(reply.body)[Symbol.asyncIterator]();
  let pieces = 0;
  let facts: ReplyFacts = {};
  let isWhole = false;
  let hasDone = false;
  let recordCount = 0;
  try {
    for (;;) {
      const next = await nextRecord(records, { call, pieces, isWhole });
      if (next === undefined) break;
      recordCount += 1;
      hasDone ||= next.kind === 'done';
      const reading = read(next);
      if (reading === undefined) throw notOfDialect(call);
      if ('error' in reading) throw call.toError(reading.error);
      for (const delta of reading.deltas) {
        if (delta.kind !== 'facts') {
          pieces += 1;
          call.clock.token();
        } else if (tellsNothingNew(delta, facts)) continue;
        else facts = { ...facts, ...delta };
        yield delta;
      }
      isWhole ||= reading.isEnd;
    }
  } finally {
    await records.return?.();
  }
  if (!isWhole) throw recordCount === 0 ? emptyReply(call) : interrupted(call, pieces, { hasDone });
}

/** Servers name the model with every token; handing that on costs as much as the token. */
function tellsNothingNew({ finishReason, usage, timings, model }: ReplyFacts, known: ReplyFacts): boolean {
  if (usage !== undefined || timings !== undefined) return false;
  return (finishReason ?? known.finishReason) === known.finishReason && (model ?? known.model) === known.model;
}

async function nextRecord(
  records: AsyncIterator<StreamRecord>,
  state: { call: StreamCall; pieces: number; isWhole: boolean },
): Promise<StreamRecord | undefined> {
  const { call, pieces, isWhole } = state;
  try {
    const next = isWhole ? await withinDrainLimit(records.next(), call.clock) : await records.next();
    return next === undefined || next.done === true ? undefined : next.value;
  } catch (error) {
    // The answer is whole: a connection that breaks now takes nothing away.
    if (isWhole) return undefined;
    if (call.clock.signal.aborted) throw call.clock.explain(error);
    if (error instanceof MalformedReplyError) throw malformed(call, error);
    throw interrupted(call, pieces, { cause: error });
  }
}

/** Rejects at the limit, because closing the call destroys the body that is being read. */
async function withinDrainLimit<T>(next: Promise<T>, clock: CallClock): Promise<T> {
  const timer = setTimeout(() => clock.close(), DRAIN_LIMIT_MS);
  try {
    return await next;
  } finally {
    clearTimeout(timer);
  }
}

function place(call: StreamCall): { provider: string; model: string } {
  return { provider: call.provider, model: call.model };
}

function interrupted(
  call: StreamCall,
  outputTokens: number,
  { cause, hasDone = false }: { readonly cause?: unknown; readonly hasDone?: boolean },
): InterruptedStreamError {
  const ending = hasDone
    ? 'with [DONE] but no finish reason; ask again, or set the quirk no-finish-reason if this server never tells one'
    : 'without its end marker; ask again';
  const text = `${call.provider} at ${call.address}: the answer ended after ${outputTokens} tokens ${ending}`;
  return new InterruptedStreamError(text, { ...place(call), outputTokens, cause });
}

function emptyReply(call: StreamCall): MalformedReplyError {
  return new MalformedReplyError(
    `${call.provider} at ${call.address}: an empty reply; the conversation may be too long for it, or its engine has failed`,
    place(call),
  );
}

function notOfDialect(call: StreamCall): MalformedReplyError {
  return new MalformedReplyError(
    `${call.provider} at ${call.address}: a stream that is not of the ${call.dialect.id} wire; check the kind of server`,
    place(call),
  );
}

function malformed(call: StreamCall, cause: MalformedReplyError): MalformedReplyError {
  return new MalformedReplyError(`${call.provider} at ${call.address}: ${cause.message}`, { ...place(call), cause });
}
