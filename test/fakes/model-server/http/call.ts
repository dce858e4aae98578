import type { IncomingMessage } from 'node:http';

/** One request as the dialects see it. */
export interface Call {
  method: string;
  path: string;
  query: string;
  headers: IncomingMessage['headers'];
  text: string;
  /** The parsed object; empty when there is no body or it is no JSON object. */
  body: Record<string, unknown>;
  isBadJson: boolean;
}

const bodyLimitBytes = 64 * 1024 * 1024;

/** Reads a request to its end; rejects when the caller leaves before that or sends more than 64 MiB. */
export async function readCall(request: IncomingMessage): Promise<Call> {
  const pieces: Buffer[] = [];
  let size = 0;
  for await (const piece of request) {
    const bytes = piece as Buffer;
    size += bytes.length;
    if (size > bodyLimitBytes) throw new Error('request body over 64 MiB');
    pieces.push(bytes);
  }
  const text = Buffer.concat(pieces).toString('utf8');
  const target = request.url ?? '/';
  const mark = target.indexOf('?');
  const parsed = parseObject(text);
  return {
    method: request.method ?? 'GET',
    path: mark < 0 ? target : target.slice(0, mark),
    query: mark < 0 ? '' : target.slice(mark + 1),
    headers: request.headers,
    text,
    body: parsed ?? {},
    isBadJson: text !== '' && parsed === undefined,
  };
}

/** The text as a JSON object, or undefined. */
function parseObject(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isRecord(value) ? value : undefined;
  } catch {
    return undefined; // Not JSON: the dialect decides what to say about it.
  }
}

/** Whether a value is an object with string keys (arrays are not). */
export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
