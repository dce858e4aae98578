import { lookup } from 'node:dns';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { AxiosRequestConfig, AxiosStatic } from 'axios';
import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import { ProviderRejectedError } from '../../contracts/errors/provider-errors.ts';
import type { GuardedHttp, HttpReply, HttpRequest } from '../../contracts/models/http.ts';
import type { CloudPermit, PermitOffice } from '../../contracts/models/permit.ts';
import { AllowList } from './allow-list.ts';
import { addressOf, isLoopbackHost } from './base-url.ts';
import { toCancellation } from './cancellation.ts';
import { toUnreachable } from './connection-errors.ts';
import { http, https } from '../node-http.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { guardFetch } from './guarded-fetch.ts';
import { iterateBody, readText } from './reply-body.ts';

/** What a guarded client is built with; none of it can change afterwards. */
export interface GuardedHttpOptions {
  readonly providerId: string;
  /** Addresses it may reach; `http://127.0.0.1:*` for an engine on a random port of this machine. */
  readonly baseUrls: readonly string[];
  /** True for a cloud: then each request needs an issued permit of this provider. */
  readonly needsPermit: boolean;
  readonly permits: PermitOffice;
  /** Forward proxy, used for addresses beyond this machine only. */
  readonly proxy?: { readonly protocol: 'http' | 'https'; readonly host: string; readonly port: number };
  /** Replaces the system's resolver, for tests without a network. */
  readonly lookup?: LookupFunction;
}

/** Makes the HTTP client of one provider: an allow-list, permits, no redirects, kept-alive sockets, translated errors. */
export function createGuardedHttp(options: GuardedHttpOptions): GuardedHttp {
  return new GuardedAxios(options);
}

/** Kept, since asking for a module that is loaded costs a call 20 microseconds. */
let axios: AxiosStatic | undefined;

class GuardedAxios implements GuardedHttp {
  readonly #options: GuardedHttpOptions;
  readonly #allowed: AllowList;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(options: GuardedHttpOptions) {
    this.#options = options;
    this.#allowed = new AllowList(options.providerId, options.baseUrls);
    const settings = { keepAlive: true, lookup: options.lookup ?? lookupLoopbackFirst };
    this.#agents = { http: new http.Agent(settings), https: new https.Agent(settings) };
  }

  get allowedHosts(): readonly string[] {
    return this.#allowed.hosts;
  }

  async request(request: HttpRequest): Promise<HttpReply> {
    const url = this.#check(request.url, request.permit);
    if (request.signal.aborted) throw toCancellation(request.signal);
    const place = { provider: this.#options.providerId, address: addressOf(url), signal: request.signal };
    const { status, headers, data } = await this.#send(request, url);
    if (status >= 300 && status < 400 && headers.location !== undefined) {
      data.destroy();
      throw redirectRefused(place.provider, place.address, status);
    }
    closeOnAbort(data, request.signal);
    const body = iterateBody(data, place);
    return { status, headers, body, text: (maxBytes) => readText(body, place, maxBytes) };
  }

  fetch(permit?: CloudPermit): typeof globalThis.fetch {
    return guardFetch({
      provider: this.#options.providerId,
      check: (text) => this.#check(text, permit),
      onRedirect: redirectRefused,
    });
  }

  dispose(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #check(text: string, permit: CloudPermit | undefined): URL {
    const { providerId, needsPermit, permits } = this.#options;
    const url = this.#allowed.check(text);
    if (needsPermit && !permits.isIssued(permit, providerId)) {
      throw new PrivacyError(
        `${providerId}: no permit to send to ${url.host}, nothing was sent; allow the cloud first`,
        {
          details: { provider: providerId },
        },
      );
    }
    return url;
  }

  async #send(
    request: HttpRequest,
    url: URL,
  ): Promise<{ status: number; headers: Record<string, string>; data: Readable }> {
    axios ??= (await import('axios')).default;
    const own = new AbortController();
    const abort = (): void => own.abort(toCancellation(request.signal));
    if (request.signal.aborted) abort();
    request.signal.addEventListener('abort', abort, { once: true });
    const place = { provider: this.#options.providerId, address: addressOf(url) };
    const watch = new ConnectionWatch({ ...place, limits: request.limits, onLimit: (error) => own.abort(error) });
    try {
      const reply = await axios.request<Readable>(this.#toConfig(request, url, { watch, signal: own.signal }));
      return { status: reply.status, headers: lowerCaseHeaders(reply.headers), data: reply.data };
    } catch (error) {
      throw own.signal.aborted ? toCancellation(own.signal) : toUnreachable(error, place);
    } finally {
      watch.stop();
      request.signal.removeEventListener('abort', abort);
    }
  }

  #toConfig(
    request: HttpRequest,
    url: URL,
    exchange: { watch: ConnectionWatch; signal: AbortSignal },
  ): AxiosRequestConfig {
    const body = request.json === undefined ? undefined : Buffer.from(JSON.stringify(request.json));
    return {
      method: request.method,
      url: url.href,
      headers: {
        Accept: '*/*',
        'Accept-Encoding': 'identity',
        ...(body === undefined
          ? {}
          : { 'Content-Type': 'application/json', 'Content-Length': String(body.byteLength) }),
        ...request.headers,
      },
      data: body,
      signal: exchange.signal,
      responseType: 'stream',
      maxRedirects: 0,
      maxBodyLength: Infinity,
      maxContentLength: -1,
      decompress: true,
      validateStatus: () => true,
      proxy: (isLoopbackHost(url.hostname) ? undefined : this.#options.proxy) ?? false,
      httpAgent: this.#agents.http,
      httpsAgent: this.#agents.https,
      transport: exchange.watch.transportFor(url.protocol),
    };
  }
}

/** An abort closes the socket also while nobody reads the body. */
function closeOnAbort(body: Readable, signal: AbortSignal): void {
  const abort = (): void => void body.destroy(toCancellation(signal));
  // Whoever iterates sees the error; without a listener an abort before that would be an uncaught one.
  body.on('error', () => {});
  body.once('close', () => signal.removeEventListener('abort', abort));
  if (signal.aborted) abort();
  else signal.addEventListener('abort', abort, { once: true });
}

function lowerCaseHeaders(headers: unknown): Record<string, string> {
  const entries = Object.entries(headers as Record<string, unknown>);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}

function redirectRefused(provider: string, address: string, status: number): Error {
  return new ProviderRejectedError(
    `${provider} at ${address}: it redirects elsewhere (${status}), which is refused; set the final address`,
    { provider, status },
  );
}

/** `localhost` without a resolver: IPv4 first, where model servers listen, then IPv6. Other names go to the system. */
const lookupLoopbackFirst: LookupFunction = (hostname, options, callback) => {
  if (hostname.toLowerCase() !== 'localhost') {
    lookup(hostname, options, callback);
  } else if (options.all === true) {
    callback(null, [
      { address: '127.0.0.1', family: 4 },
      { address: '::1', family: 6 },
    ]);
  } else {
    callback(null, '127.0.0.1', 4);
  }
};
