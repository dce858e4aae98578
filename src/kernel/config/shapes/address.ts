/** Ports of engines, for addresses written without scheme and port. */
const DEFAULT_PORTS: Readonly<Record<string, number>> = {
  ollama: 11_434,
  lmstudio: 1234,
  localai: 8080,
  llamacpp: 8080,
  mlx: 8080,
  vllm: 8000,
};

const UNSPECIFIED_HOSTS: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '[::]': '[::1]' };

/**
 * Reads an address in any form users have (`host`, `host:port`, `0.0.0.0`, a URL) into a base URL without a trailing
 * slash; a path such as `/v1` is kept. Without scheme the port defaults to that of the kind. Undefined when it is none.
 */
export function normaliseAddress(written: string, kind?: string): string | undefined {
  const text = written.trim();
  const hasScheme = /^[a-z][a-z0-9+.-]*:\/\//i.test(text);
  const withScheme = hasScheme ? text : `http://${bracketed(text)}`;
  if (!URL.canParse(withScheme)) return undefined;
  const url = new URL(withScheme);
  if ((url.protocol !== 'http:' && url.protocol !== 'https:') || url.hostname === '') return undefined;
  url.hostname = UNSPECIFIED_HOSTS[url.hostname] ?? url.hostname;
  const defaultPort = DEFAULT_PORTS[kind ?? ''];
  const hasPort = /:\d+(?=$|[/?#])/.test(bracketed(text));
  if (!hasScheme && !hasPort && url.port === '' && defaultPort !== undefined) url.port = String(defaultPort);
  url.hash = '';
  return url.href.replace(/\/+$/, '');
}

/** An IPv6 address without brackets, as `OLLAMA_HOST` may have it, gets them. */
function bracketed(text: string): string {
  return /^[0-9a-f]*:[0-9a-f:]*:[0-9a-f.:]*$/i.test(text) ? `[${text}]` : text;
}

/** The address with another port, for `EMBEDDING_SERVER_PORT`. */
export function withPort(address: string, port: number): string {
  const url = new URL(address);
  url.port = String(port);
  return url.href.replace(/\/+$/, '');
}
