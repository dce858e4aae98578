import { ProviderUnreachableError } from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';

const EXPLANATIONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nothing listens there; start the server or correct the address',
  ENOTFOUND: 'the host name is not known; correct the address',
  EAI_AGAIN: 'the host name could not be looked up now; check the network',
  ECONNRESET: 'the connection was closed by the server; look into its log',
  EPIPE: 'the connection was closed by the server while it was sent to; look into its log',
  ETIMEDOUT: 'the machine does not answer; check that it is on and reachable',
  EHOSTUNREACH: 'there is no way to the machine; check the network',
  ENETUNREACH: 'there is no network to it; check the network',
  EADDRNOTAVAIL: 'no address of this machine reaches it; correct the address',
  HPE_INVALID_CONSTANT: 'what listens there does not speak HTTP; correct the address',
  EPROTO: 'TLS failed; check whether the address is http or https',
  UND_ERR_SOCKET: 'the connection was closed by the server; look into its log',
  UND_ERR_CONNECT_TIMEOUT: 'the machine does not answer; check that it is on and reachable',
};

const TLS_CODE = /^(ERR_TLS|ERR_SSL|CERT_|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|ERR_OSSL)/;

/**
 * The first code found in an error, its causes, or the parts of an AggregateError (both address families refused). By
 * shape, not by class: an error of the runtime may come from another realm.
 */
function codeOf(error: unknown, depth = 0): string | undefined {
  if (typeof error !== 'object' || error === null || depth > 4) return undefined;
  const { code, cause, errors } = error as {
    readonly code?: unknown;
    readonly cause?: unknown;
    readonly errors?: unknown;
  };
  if (typeof code === 'string' && code !== 'ERR_NETWORK' && !code.startsWith('ERR_BAD')) return code;
  const nested: readonly unknown[] = Array.isArray(errors) ? errors : [];
  return [cause, ...nested].reduce<string | undefined>((found, inner) => found ?? codeOf(inner, depth + 1), undefined);
}

function explain(code: string | undefined): string {
  if (code === undefined) return 'the connection failed; check the address and the log of the server';
  if (TLS_CODE.test(code)) return 'the certificate is not trusted; set NODE_EXTRA_CA_CERTS or use http';
  if (code.startsWith('HPE_')) return EXPLANATIONS.HPE_INVALID_CONSTANT!;
  return EXPLANATIONS[code] ?? 'the connection failed; check the address and the log of the server';
}

/** Translates what a socket, a resolver or TLS throws; an error of ours passes unchanged. */
export function toUnreachable(error: unknown, place: { provider: string; address: string }): Error {
  if (isWoosterError(error)) return error;
  const code = codeOf(error);
  const label = code === undefined ? '' : ` (${code})`;
  return new ProviderUnreachableError(`${place.provider} at ${place.address}: ${explain(code)}${label}`, {
    cause: error,
    provider: place.provider,
    details: { address: place.address, cause: code },
  });
}
