import { BlockList, isIP } from 'node:net';
import { ConfigError } from '../../../contracts/errors/host-errors.ts';
import type { ProxySettings } from '../../../contracts/settings/accounts-settings.ts';
import { isLoopbackHost } from '../base-url.ts';

/** A forward proxy, as the HTTP client takes it. */
interface ForwardProxy {
  readonly protocol: 'http' | 'https';
  readonly host: string;
  readonly port: number;
  readonly auth?: { readonly username: string; readonly password: string };
}

/** `host:port` of a URL with the port written out, without the brackets of IPv6. */
function partsOf(url: URL): { readonly host: string; readonly port: string } {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return { host: url.hostname.toLowerCase().replace(/^\[|\]$/g, ''), port };
}

function isWithin(host: string, network: string): boolean {
  const [address = '', bits] = network.split('/');
  const family = isIP(address);
  if (bits === undefined || family === 0 || isIP(host) !== family || !/^\d{1,3}$/.test(bits)) return false;
  const name = family === 4 ? 'ipv4' : 'ipv6';
  if (Number(bits) > (family === 4 ? 32 : 128)) return false;
  const list = new BlockList();
  list.addSubnet(address, Number(bits), name);
  return list.check(host, name);
}

/**
 * Whether an entry of NO_PROXY covers a host, as curl reads it: `*`, a name with all below it, a leading dot or `*.`, a
 * literal address, a network (`10.0.0.0/8`), each with a port or without.
 */
function covers(entry: string, { host, port }: { readonly host: string; readonly port: string }): boolean {
  const written = entry.toLowerCase();
  if (written === '*') return true;
  if (written.includes('/')) return isWithin(host, written);
  const [, bracketed, plain, only] = /^(?:\[([^\]]+)\]|([^:]+|[^:]*:[^:]*:.*?))(?::(\d+))?$/.exec(written) ?? [];
  if (only !== undefined && only !== port) return false;
  const name = (bracketed ?? plain ?? '').replace(/^\*?\./, '').replace(/\.$/, '');
  if (name === '') return false;
  return host === name || (isIP(host) === 0 && host.endsWith(`.${name}`));
}

/**
 * The forward proxy by which an address is reached; undefined where there is none, and always for this machine.
 * ConfigError where one is set that is not http: then nothing is sent, rather than past it. Its text is not repeated,
 * since it may hold a password.
 */
export function proxyFor(url: URL, proxies: ProxySettings | undefined): ForwardProxy | undefined {
  const written = url.protocol === 'https:' ? proxies?.https : proxies?.http;
  if (proxies === undefined || written === undefined || isLoopbackHost(url.hostname)) return undefined;
  if (proxies.except.some((entry) => covers(entry, partsOf(url)))) return undefined;
  const proxy = URL.parse(written.includes('://') ? written : `http://${written}`);
  if (proxy === null || !/^https?:$/.test(proxy.protocol) || proxy.hostname === '') {
    const name = url.protocol === 'https:' ? 'HTTPS_PROXY' : 'HTTP_PROXY';
    throw new ConfigError(
      `${name} (or ALL_PROXY) is no address of an http proxy, so nothing was sent to ${url.host}; set it as http://host:port, or name ${url.hostname} in NO_PROXY`,
    );
  }
  const { host, port } = partsOf(proxy);
  const [username, password] = [proxy.username, proxy.password].map(decode);
  const auth = username === undefined || username === '' ? undefined : { username, password: password ?? '' };
  return { protocol: proxy.protocol === 'https:' ? 'https' : 'http', host, port: Number(port), auth };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A percent sign that was not meant as one.
    return text;
  }
}
