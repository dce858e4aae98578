import { MalformedReplyError } from '../../contracts/errors/provider-errors.ts';
import { MAX_EVENT_LENGTH } from './event-stream.ts';

/**
 * Reads one JSON value a line (`application/x-ndjson`): any split, CR LF, empty lines skipped, a last line without line
 * feed delivered if it is whole and dropped if it was cut, since the end marker it hides is what the reader misses.
 * MalformedReplyError for a line that is no JSON or beyond the bound.
 */
export async function* readNdjson(
  body: AsyncIterable<Uint8Array>,
  maxLength: number = MAX_EVENT_LENGTH,
): AsyncGenerator<unknown, void> {
  const decoder = new TextDecoder();
  let fragments: string[] = [];
  let pendingLength = 0;
  for await (const chunk of body) {
    const lines = decoder.decode(chunk, { stream: true }).split('\n');
    const rest = lines.pop()!;
    for (const line of lines) {
      yield* parseLine(fragments.join('') + line);
      fragments = [];
      pendingLength = 0;
    }
    fragments.push(rest);
    pendingLength += rest.length;
    if (pendingLength > maxLength)
      throw new MalformedReplyError(`a line of more than ${maxLength} characters in a stream`);
  }
  const last = fragments.join('') + decoder.decode();
  if (isJson(last)) yield* parseLine(last);
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function* parseLine(line: string): Generator {
  const text = line.trim();
  if (text === '') return;
  try {
    yield JSON.parse(text) as unknown;
  } catch (cause) {
    throw new MalformedReplyError(`a line that is no JSON in a stream: ${text.slice(0, 80)}`, { cause });
  }
}
