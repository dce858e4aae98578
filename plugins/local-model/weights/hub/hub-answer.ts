import type { IncomingHttpHeaders, IncomingMessage } from 'node:http';
import {
  ModelNotFoundError,
  ProviderAuthError,
  ProviderRejectedError,
  ProviderServerError,
  ProviderTimeoutError,
  ProviderUnreachableError,
  RateLimitedError,
  systemCode,
} from 'wooster';
import type { WaitLimit } from './wait-limit.ts';

/** How long a download waits, milliseconds. */
export interface DownloadLimits {
  /** Until the hub gives its first answer; offline, the next source is tried after this. */
  readonly connectMs: number;
  /** Between two pieces, and for the answer of an address the hub points to. */
  readonly idleMs: number;
}

/** What is asked for. */
interface HubRequest {
  readonly url: string;
  readonly headers: Record<string, string>;
  readonly limits: DownloadLimits;
  /** GET unless told. */
  readonly method?: 'GET' | 'HEAD';
  /** Sees the headers of each answer; a redirect that tells all there is to know is the answer. */
  readonly isEnough?: (headers: IncomingHttpHeaders) => boolean;
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
const MAX_REDIRECTS = 5;

/** A redirect may lead to https anywhere, or stay on its own host; never from https to plain http. */
function nextAddress(current: URL, location: string | undefined): URL {
  const next = location === undefined ? undefined : URL.parse(location, current.href);
  if (!next) throw new ProviderServerError(`${current.host} redirects to nowhere`);
  const isAllowed = next.protocol === 'https:' || (next.protocol === current.protocol && next.host === current.host);
  if (!isAllowed)
    throw new ProviderServerError(
      `${current.host} redirects to an address without https on another host; not followed`,
    );
  return next;
}

/** Why an answer is not the file. */
function faultOf(status: number, url: URL): Error {
  const where = `${url.host}${url.pathname}`;
  if (status === 404 || status === 410) return new ModelNotFoundError(`${where}: not there (${status})`, { status });
  if (status === 401 || status === 403) {
    return new ProviderAuthError(`${where}: not there or not public (${status})`, { status });
  }
  if (status === 429) return new RateLimitedError(`${url.host} limits the rate of downloads (429)`, { status });
  if (status >= 500) return new ProviderServerError(`${where}: the hub failed (${status})`, { status });
  return new ProviderRejectedError(`${where}: unexpected answer ${status}`, { status });
}

/**
 * Asks the hub and follows its redirects by hand. Resolves with 200, 206, 416 or a redirect that is enough; any other
 * status, an unreachable hub and a silent one are errors of the class that fits.
 */
export async function requestFile(request: HubRequest, wait: WaitLimit): Promise<IncomingMessage> {
  const { connectMs, idleMs } = request.limits;
  let url = new URL(request.url);
  for (let hop = 0; hop <= MAX_REDIRECTS; hop += 1) {
    const { host } = url;
    const limitMs = hop === 0 ? connectMs : idleMs;
    wait.arm(
      limitMs,
      () => new ProviderTimeoutError(`${host} did not answer in ${limitMs} ms`, { phase: 'connect', limitMs }),
    );
    const answer = await open(url, request, wait);
    const status = answer.statusCode ?? 0;
    const isTold = request.isEnough?.(answer.headers) === true && REDIRECTS.has(status);
    if (isTold || [200, 206, 416].includes(status)) return answer;
    answer.destroy();
    if (!REDIRECTS.has(status)) throw faultOf(status, url);
    url = nextAddress(url, answer.headers.location);
  }
  throw new ProviderServerError(`${url.host} redirects more than ${MAX_REDIRECTS} times`);
}

/**
 * One request. Not `fetch`: the one of Node 24 ends the process by a failed assertion when a server closes the connection
 * while the reader, here the disk, is behind.
 */
async function open(url: URL, { headers, method }: HubRequest, wait: WaitLimit): Promise<IncomingMessage> {
  const client = url.protocol === 'https:' ? await import('node:https') : await import('node:http');
  try {
    return await new Promise<IncomingMessage>((resolve, reject) => {
      const outgoing = client.request(url, { method, headers, signal: wait.signal });
      outgoing.on('error', reject);
      outgoing.once('response', (answer) => {
        // Whoever reads the answer gets its error too; without a reader it must not end the process.
        answer.on('error', () => undefined);
        resolve(answer);
      });
      outgoing.end();
    });
  } catch (error) {
    throw wait.explain(error, () => {
      const code = systemCode(error) ?? 'no connection';
      return new ProviderUnreachableError(`${url.host} cannot be reached (${code})`, { cause: error });
    });
  }
}
