import { ConfigError, PrivacyError } from '../../contracts/errors/host-errors.ts';
import { addressOf, normalizeBaseUrl } from './base-url.ts';

/** The addresses a client may reach, fixed when it is made. */
export class AllowList {
  readonly hosts: readonly string[];
  readonly #protocols = new Map<string, Set<string>>();
  readonly #provider: string;

  /** Each entry is a base URL; the port may be `*` on this machine only (`http://127.0.0.1:*`, an embedded engine). */
  constructor(provider: string, baseUrls: readonly string[]) {
    this.#provider = provider;
    for (const text of baseUrls) {
      const { key, protocol } = toEntry(text);
      const protocols = this.#protocols.get(key) ?? new Set<string>();
      this.#protocols.set(key, protocols.add(protocol));
    }
    this.hosts = Object.freeze([...this.#protocols.keys()]);
  }

  /** Returns the parsed URL, or throws PrivacyError when it is outside the list. */
  check(text: string): URL {
    const url = URL.parse(text);
    if (url === null) throw new PrivacyError(`${this.#provider}: not an address, nothing was sent`);
    const address = addressOf(url);
    const anyPort = `${address.slice(0, address.lastIndexOf(':'))}:*`;
    const isAllowed = [address, anyPort].some((key) => this.#protocols.get(key)?.has(url.protocol));
    if (!isAllowed) {
      throw new PrivacyError(
        `${this.#provider}: ${address} (${url.protocol.slice(0, -1)}) is not among its addresses (${this.hosts.join(', ')}), nothing was sent`,
        { details: { provider: this.#provider, address } },
      );
    }
    return url;
  }
}

function toEntry(text: string): { key: string; protocol: string } {
  const hasAnyPort = /:\*\/?$/.test(text);
  const { root } = normalizeBaseUrl(hasAnyPort ? text.replace(/:\*\/?$/, ':1') : text, { name: 'allowed address' });
  const url = new URL(root);
  const address = addressOf(url);
  if (!hasAnyPort) return { key: address, protocol: url.protocol };
  if (!address.startsWith('127.0.0.1:')) throw new ConfigError('allowed address: any port is for this machine only');
  return { key: '127.0.0.1:*', protocol: url.protocol };
}
