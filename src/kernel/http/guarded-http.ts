import type { LookupFunction } from 'node:net';
import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import { ProviderRejectedError } from '../../contracts/errors/provider-errors.ts';
import type { GuardedHttp, HttpReply, HttpRequest } from '../../contracts/models/http.ts';
import type { CloudPermit, PermitOffice } from '../../contracts/models/permit.ts';
import type { ProxySettings } from '../../contracts/settings/accounts-settings.ts';
import { AllowList } from './allow-list.ts';
import { addressOf } from './base-url.ts';
import { toCancellation } from './cancellation.ts';
import { guardFetch } from './guarded-fetch.ts';
import { HttpExchange } from './exchange/http-exchange.ts';
import { closeOnAbort, iterateBody, readText } from './reply-body.ts';

/** What a guarded client is built with; none of it can change afterwards. */
export interface GuardedHttpOptions {
  readonly providerId: string;
  /** Addresses it may reach; `http://127.0.0.1:*` for an engine on a random port of this machine. */
  readonly baseUrls: readonly string[];
  /** True for a cloud: then each request needs an issued permit of this provider. */
  readonly needsPermit: boolean;
  readonly permits: PermitOffice;
  /** Forward proxies; a client of local targets never uses one. */
  readonly proxies?: ProxySettings;
  /** Replaces the system's resolver, for tests without a network. */
  readonly lookup?: LookupFunction;
}

/** Makes the HTTP client of one provider: an allow-list, permits, no redirects, kept-alive sockets, translated errors. */
export function createGuardedHttp(options: GuardedHttpOptions): GuardedHttp {
  return new GuardedClient(options);
}

class GuardedClient implements GuardedHttp {
  readonly #options: GuardedHttpOptions;
  readonly #allowed: AllowList;
  readonly #exchange: HttpExchange;

  constructor(options: GuardedHttpOptions) {
    const { providerId: provider, needsPermit, lookup } = options;
    this.#options = options;
    this.#allowed = new AllowList(provider, options.baseUrls);
    this.#exchange = new HttpExchange({ provider, lookup, proxies: needsPermit ? options.proxies : undefined });
  }

  get allowedHosts(): readonly string[] {
    return this.#allowed.hosts;
  }

  async request(request: HttpRequest): Promise<HttpReply> {
    const { method, json, limits, signal } = request;
    const url = this.#check(request.url, request.permit);
    if (signal.aborted) throw toCancellation(signal);
    const place = { provider: this.#options.providerId, address: addressOf(url), signal };
    const written = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
    const type: Record<string, string> = written === undefined ? {} : { 'Content-Type': 'application/json' };
    const sent = { method, url, headers: { ...type, ...request.headers }, body: written, signal, limits };
    const { status, headers, body: data } = await this.#exchange.send(sent);
    if (status >= 300 && status < 400 && headers.location !== undefined) {
      data.destroy();
      throw redirectRefused(place.provider, place.address, status);
    }
    closeOnAbort(data, signal);
    const body = iterateBody(data, place);
    return { status, headers, body, text: (maxBytes) => readText(body, place, maxBytes) };
  }

  fetch(permit?: CloudPermit): typeof globalThis.fetch {
    return guardFetch({
      provider: this.#options.providerId,
      exchange: this.#exchange,
      check: (text) => this.#check(text, permit),
      onRedirect: redirectRefused,
    });
  }

  dispose(): void {
    this.#exchange.dispose();
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
}

function redirectRefused(provider: string, address: string, status: number): Error {
  return new ProviderRejectedError(
    `${provider} at ${address}: it redirects elsewhere (${status}), which is refused; set the final address`,
    { provider, status },
  );
}
