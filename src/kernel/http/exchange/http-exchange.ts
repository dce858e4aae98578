import { lookup } from 'node:dns';
import type { Agent as HttpAgent } from 'node:http';
import type { Agent as HttpsAgent } from 'node:https';
import type { LookupFunction } from 'node:net';
import type { Readable } from 'node:stream';
import type { AxiosRequestConfig, AxiosStatic } from 'axios';
import type { HttpLimits } from '../../../contracts/models/http.ts';
import type { ProxySettings } from '../../../contracts/settings/accounts-settings.ts';
import { http, https } from '../../node-http.ts';
import { addressOf, isLoopbackHost } from '../base-url.ts';
import { toCancellation } from '../cancellation.ts';
import { toUnreachable } from '../connection-errors.ts';
import { ConnectionWatch } from './connection-watch.ts';
import { proxyFor } from './proxy-choice.ts';

/** How exchanges are made, fixed for the life of a client. */
interface ExchangeOptions {
  readonly provider: string;
  /** For clouds only. */
  readonly proxies?: ProxySettings;
  readonly lookup?: LookupFunction;
}

/** What is sent. The address has been checked. */
interface Outgoing {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: Buffer;
  readonly signal: AbortSignal;
  /** Without them the signal alone ends it. */
  readonly limits?: HttpLimits;
}

/** What comes back; the body is open. */
interface Incoming {
  readonly status: number;
  readonly statusText: string;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Readable;
}

/** Kept, since asking for a module that is loaded costs a call 20 microseconds. */
let axios: AxiosStatic | undefined;

/**
 * The one way bytes leave through a guarded client, for its requests and for its `fetch`. Sockets are its own, so that
 * neither a proxy that Node takes from the environment nor a dispatcher set by others has a part in it.
 */
export class HttpExchange {
  readonly #options: ExchangeOptions;
  readonly #agents: { readonly http: HttpAgent; readonly https: HttpsAgent };

  constructor(options: ExchangeOptions) {
    this.#options = options;
    const settings = { keepAlive: true, lookup: options.lookup ?? lookupLoopbackFirst };
    this.#agents = { http: new http.Agent(settings), https: new https.Agent(settings) };
  }

  /** Any status resolves, a redirect too. Rejects with what GuardedHttp promises. */
  async send(outgoing: Outgoing): Promise<Incoming> {
    axios ??= (await import('axios')).default;
    const { signal, url } = outgoing;
    const own = new AbortController();
    const abort = (): void => own.abort(toCancellation(signal));
    if (signal.aborted) abort();
    signal.addEventListener('abort', abort, { once: true });
    const place = { provider: this.#options.provider, address: addressOf(url) };
    const watch = new ConnectionWatch({ ...place, limits: outgoing.limits, onLimit: (error) => own.abort(error) });
    try {
      const reply = await axios.request<Readable>(this.#toConfig(outgoing, watch, own.signal));
      const { status, statusText, data } = reply;
      return { status, statusText, headers: lowerCaseHeaders(reply.headers), body: data };
    } catch (error) {
      throw own.signal.aborted ? toCancellation(own.signal) : toUnreachable(error, place);
    } finally {
      watch.stop();
      signal.removeEventListener('abort', abort);
    }
  }

  dispose(): void {
    this.#agents.http.destroy();
    this.#agents.https.destroy();
  }

  #toConfig({ method, url, headers, body }: Outgoing, watch: ConnectionWatch, signal: AbortSignal): AxiosRequestConfig {
    const proxy = proxyFor(url, this.#options.proxies);
    // Plain http is asked of the proxy itself; https goes through a tunnel, within which nothing is changed.
    const protocol = proxy !== undefined && url.protocol === 'http:' ? `${proxy.protocol}:` : url.protocol;
    return {
      method,
      url: url.href,
      headers: {
        Accept: '*/*',
        'Accept-Encoding': 'identity',
        ...(body === undefined ? {} : { 'Content-Length': String(body.byteLength) }),
        ...headers,
      },
      data: body,
      signal,
      responseType: 'stream',
      maxRedirects: 0,
      maxBodyLength: Infinity,
      maxContentLength: -1,
      decompress: true,
      validateStatus: () => true,
      proxy: proxy ?? false,
      httpAgent: this.#agents.http,
      httpsAgent: this.#agents.https,
      transport: watch.transportFor(protocol),
    };
  }
}

function lowerCaseHeaders(headers: unknown): Record<string, string> {
  const entries = Object.entries(headers as Record<string, unknown>);
  return Object.fromEntries(
    entries
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([name, value]) => [name.toLowerCase(), Array.isArray(value) ? value.join(', ') : String(value)]),
  );
}

/**
 * Names of this machine without a resolver, which could send `box.localhost` elsewhere: IPv4 first, where model servers
 * listen, then IPv6. Other names go to the system.
 */
const lookupLoopbackFirst: LookupFunction = (hostname, options, callback) => {
  if (!isLoopbackHost(hostname)) {
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
