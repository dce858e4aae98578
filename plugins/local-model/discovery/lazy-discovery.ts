import type { Disposable } from 'wooster';
import { isSearchWanted, whyNoSearch } from './configured-addresses.ts';
import type { Discovery } from './discovered-server.ts';
import type { ServerDiscovery, ServerDiscoveryOptions } from './server-discovery.ts';

/** The search for servers, imported when it is first wanted: where servers are configured, a start does not pay for it. */
export class LazyDiscovery implements Disposable, Pick<ServerDiscovery, 'discover' | 'refusal'> {
  readonly #options: ServerDiscoveryOptions;
  #whole: Promise<ServerDiscovery> | undefined;
  #isDisposed = false;

  constructor(options: ServerDiscoveryOptions) {
    this.#options = options;
  }

  get refusal(): string | undefined {
    return whyNoSearch(this.#options.settings);
  }

  async discover(signal: AbortSignal): Promise<Discovery> {
    return (await this.#load()).discover(signal);
  }

  /** As `ServerDiscovery.ensure`; undefined where nothing is to be searched, so that a decision waits for nothing. */
  ensure(signal: AbortSignal): Promise<void> | undefined {
    if (this.#isDisposed || !isSearchWanted(this.#options)) return undefined;
    return this.#load().then((search) => search.ensure(signal));
  }

  async dispose(): Promise<void> {
    this.#isDisposed = true;
    (await this.#whole)?.dispose();
  }

  #load(): Promise<ServerDiscovery> {
    this.#whole ??= import('./server-discovery.ts').then(({ ServerDiscovery: Search }) => new Search(this.#options));
    return this.#whole;
  }
}
