import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { createGuardedHttp, type GuardedHttpOptions } from '../../../src/kernel/http/guarded-http.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import type { HttpRequest } from '../../../src/contracts/models/http.ts';

/** Starts a server of a test on a free loopback port. */
export async function startServer(
  handle: http.RequestListener,
): Promise<{ url: string; server: http.Server; stop: () => Promise<void> }> {
  const server = http.createServer(handle);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const stop = (): Promise<void> =>
    new Promise((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url, server, stop };
}

/** A client of the given addresses with what a test does not care about filled in. */
export function clientFor(
  baseUrls: readonly string[],
  more: Partial<GuardedHttpOptions> = {},
): ReturnType<typeof createGuardedHttp> {
  return createGuardedHttp({
    providerId: 'test',
    baseUrls,
    needsPermit: false,
    permits: createPermitOffice(),
    ...more,
  });
}

/** A GET with short limits. */
export function get(url: string, more: Partial<HttpRequest> = {}): HttpRequest {
  return {
    method: 'GET',
    url,
    limits: { connectMs: 500, headersMs: 500 },
    signal: new AbortController().signal,
    ...more,
  };
}

/** Bytes in the pieces given by the cuts, as a network might deliver them. */
export async function* inPieces(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  const points = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  let start = 0;
  for (const point of [...points, bytes.length]) {
    yield bytes.subarray(start, point);
    start = point;
  }
}

/** All values of an iteration. */
export async function collect<T>(values: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const value of values) all.push(value);
  return all;
}
