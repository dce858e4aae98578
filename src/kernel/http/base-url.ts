import { ConfigError } from '../../contracts/errors/host-errors.ts';

/** A server's address in its parts, without a slash at any end. */
export interface BaseUrl {
  /** `http://127.0.0.1:11434`, plus the path prefix of a reverse proxy; what comes before `/v1` or `/api`. */
  readonly root: string;
  /** Root of the OpenAI routes: `root` + `/v1`, or the version segment that was written. */
  readonly api: string;
  /** `host:port` for messages and target ids; the loopback names are one. */
  readonly address: string;
  readonly isLoopback: boolean;
}

const LOOPBACK_HOSTS = new Set(['localhost', '127.0.0.1', '[::1]', '0.0.0.0', '[::]', 'ip6-localhost']);

/** Whether a host of a URL (`[::1]` with its brackets) is this machine. */
export function isLoopbackHost(hostname: string): boolean {
  const host = hostname.toLowerCase();
  return LOOPBACK_HOSTS.has(host) || host.endsWith('.localhost') || /^127(\.\d{1,3}){3}$/.test(host);
}

/** `host:port` of a URL with the port written out; names of this machine are all `127.0.0.1`. */
export function addressOf(url: URL): string {
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  const host = isLoopbackHost(url.hostname) ? '127.0.0.1' : url.hostname.toLowerCase();
  return `${host}:${port}`;
}

/**
 * Reads a server's address in any form users write: with or without a scheme, `/v1`, `/api`, a prefix or a slash at the
 * end, `0.0.0.0` or `:11434` as Ollama's own variable has it. ConfigError when it is no address or carries a password.
 */
export function normalizeBaseUrl(text: string, options: { defaultPort?: number; name?: string } = {}): BaseUrl {
  const url = parseAddress(text, options);
  // A server that listens everywhere (0.0.0.0) is reached by the loopback address; not every system connects to 0.0.0.0.
  if (url.hostname === '0.0.0.0') url.hostname = '127.0.0.1';
  if (url.hostname === '[::]') url.hostname = '[::1]';
  const path = url.pathname.replace(/\/+$/, '');
  const version = /\/v\d+$/.exec(path)?.[0];
  const prefix = version === undefined ? path.replace(/\/api$/, '') : path.slice(0, -version.length);
  const root = `${url.protocol}//${url.host}${prefix}`;
  return { root, api: root + (version ?? '/v1'), address: addressOf(url), isLoopback: isLoopbackHost(url.hostname) };
}

function parseAddress(text: string, options: { defaultPort?: number; name?: string }): URL {
  const written = text.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(written);
  const full = hasScheme ? written : `http://${written.startsWith(':') ? '127.0.0.1' : ''}${written}`;
  const url = URL.parse(full);
  const what = options.name ?? 'base URL';
  if (url === null || written === '' || !/^https?:$/.test(url.protocol) || url.hostname === '') {
    throw new ConfigError(`${what}: not an http address; write it as http://127.0.0.1:11434`);
  }
  if (url.username !== '' || url.password !== '') {
    throw new ConfigError(`${what}: an address must not carry a user or password; use the key setting`);
  }
  if (url.port === '' && !hasScheme && options.defaultPort !== undefined) url.port = String(options.defaultPort);
  url.search = '';
  url.hash = '';
  return url;
}
