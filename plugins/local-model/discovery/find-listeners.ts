import { connect } from 'node:net';
import type { SearchAddress } from './discovered-server.ts';
import { openBudget } from './search-budget.ts';

/** A connection on this machine or in one's own network stands at once, or nobody is there. */
const CONNECT_MS = 80;

/** This machine, IPv4 first, where most model servers listen. */
const LOOPBACK = ['127.0.0.1', '[::1]'];

/** Whether a connection stands in time; nothing is sent over it. */
function doesListen(host: string, port: number, limit: AbortSignal): Promise<boolean> {
  if (limit.aborted) return Promise.resolve(false);
  const { promise, resolve } = Promise.withResolvers<boolean>();
  const socket = connect({ host, port });
  const end = (isThere: boolean): void => {
    limit.removeEventListener('abort', giveUp);
    socket.destroy();
    resolve(isThere);
  };
  const giveUp = (): void => end(false);
  limit.addEventListener('abort', giveUp, { once: true });
  socket.once('connect', () => end(true));
  socket.once('error', giveUp);
  return promise;
}

/** The address under which somebody takes connections: of this machine the one of its two that does. */
async function listenerAt(search: SearchAddress, limit: AbortSignal): Promise<SearchAddress | undefined> {
  const url = new URL(search.baseUrl);
  const port = url.port === '' ? (url.protocol === 'https:' ? 443 : 80) : Number(url.port);
  for (const host of search.isDeclared ? [url.hostname] : LOOPBACK) {
    if (!(await doesListen(host.replace(/^\[|\]$/g, ''), port, limit))) continue;
    return { ...search, baseUrl: `${url.protocol}//${host}:${port}` };
  }
  return undefined;
}

/**
 * The addresses at which somebody takes connections. A port that refuses costs a fraction of a millisecond here, and
 * where all refuse no HTTP client is loaded at all.
 */
export async function findListeners(
  addresses: readonly SearchAddress[],
  signal: AbortSignal,
): Promise<readonly SearchAddress[]> {
  const budget = openBudget(CONNECT_MS, signal);
  try {
    const found = await Promise.all(addresses.map((address) => listenerAt(address, budget.signal)));
    return found.filter((address) => address !== undefined);
  } finally {
    void budget.dispose();
  }
}
