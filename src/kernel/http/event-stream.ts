import { createParser } from 'eventsource-parser';
import { MalformedReplyError } from '../../contracts/errors/provider-errors.ts';

/** One event of an event stream; `event` is absent where the server named none. */
export interface StreamEvent {
  readonly event?: string;
  readonly data: string;
}

/** Largest event or line that is buffered, in characters. */
export const MAX_EVENT_LENGTH = 8 * 1024 * 1024;

/**
 * Reads `text/event-stream` bytes: any split, any line ending, comments skipped, several `data` lines joined. An event
 * whose last line is complete is delivered at the end of the body even without the empty line; a cut line is dropped,
 * since the end marker it hides is what the reader misses. MalformedReplyError beyond the bound.
 */
export async function* readEventStream(
  body: AsyncIterable<Uint8Array>,
  maxLength: number = MAX_EVENT_LENGTH,
): AsyncGenerator<StreamEvent, void> {
  const ready: StreamEvent[] = [];
  let isTooLong = false;
  const parser = createParser({
    maxBufferSize: maxLength,
    onEvent: ({ event, data }) => ready.push(event === undefined ? { data } : { event, data }),
    onError: ({ type }) => {
      if (type === 'max-buffer-size-exceeded') isTooLong = true;
    },
  });
  const decoder = new TextDecoder();
  for await (const chunk of body) {
    parser.feed(decoder.decode(chunk, { stream: true }));
    if (isTooLong) throw new MalformedReplyError(`an event of more than ${maxLength} characters in a stream`);
    yield* ready.splice(0);
  }
  // A server that ends a reply by closing may leave the empty line out; one line feed ends such an event and no cut one.
  parser.feed(`${decoder.decode()}\n`);
  yield* ready.splice(0);
}
