import { request } from 'node:http';

/** What came back, and how it ended: a socket error's code when it did not end well. */
export interface WireReply {
  status: number;
  httpVersion: string;
  headers: Record<string, string | string[] | undefined>;
  text: string;
  /** The pieces as they arrived. */
  pieces: Buffer[];
  failure: string | undefined;
  elapsedMs: number;
}

/** How a call is made; a body that is not a text is sent as JSON. */
interface WireCall {
  method?: string;
  path: string;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
  /** The caller leaves when nothing came for so long after the headers. */
  silenceLimitMs?: number;
  /** Sent in chunks, its length not told. */
  isChunked?: boolean;
}

/** One plain HTTP call on a connection of its own, that never rejects: what went wrong is in `failure`. */
export async function callServer(url: string, call: WireCall): Promise<WireReply> {
  const { promise, resolve } = Promise.withResolvers<WireReply>();
  const startedAt = performance.now();
  const reply: WireReply = {
    status: 0,
    httpVersion: '',
    headers: {},
    text: '',
    pieces: [],
    failure: undefined,
    elapsedMs: 0,
  };
  const settle = (failure?: string): void => {
    const text = Buffer.concat(reply.pieces).toString('utf8');
    resolve({ ...reply, text, failure, elapsedMs: performance.now() - startedAt });
  };
  const fail = (error: NodeJS.ErrnoException): void => settle(error.code ?? error.name);
  const payload =
    call.body === undefined ? undefined : typeof call.body === 'string' ? call.body : JSON.stringify(call.body);
  const headers = {
    ...(payload === undefined || call.isChunked === true
      ? {}
      : { 'content-length': String(Buffer.byteLength(payload)) }),
    ...call.headers,
  };
  const method = call.method ?? (payload === undefined ? 'GET' : 'POST');
  const outgoing = request(`${url}${call.path}`, { method, headers, agent: false, signal: call.signal }, (incoming) => {
    Object.assign(reply, { status: incoming.statusCode, httpVersion: incoming.httpVersion, headers: incoming.headers });
    const patience = call.silenceLimitMs ?? 30_000;
    const leave = setTimeout(
      () => incoming.destroy(Object.assign(new Error('silence'), { code: 'SILENCE' })),
      patience,
    );
    incoming.on('close', () => clearTimeout(leave));
    incoming.on('data', (piece: Buffer) => {
      leave.refresh();
      reply.pieces.push(piece);
    });
    incoming.on('end', () => settle());
    incoming.on('error', fail);
  });
  outgoing.on('error', fail);
  // Written before its end, a body goes out in chunks when its length is not told.
  if (payload !== undefined) outgoing.write(payload);
  outgoing.end();
  return promise;
}
