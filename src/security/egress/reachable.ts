import { PrivacyError } from '../../contracts/errors/host-errors.ts';

/** What a process in local-only mode may reach besides this machine. */
export interface EgressRules {
  /** Which setting forbids the rest: `flag: --local-only`. */
  readonly setting: string;
  /** Names and literal addresses that the user declared to be machines of his own. */
  readonly hosts: readonly string[];
  /** `host:port` of forward proxies, refused also on this machine: what they get does not stay here. */
  readonly proxies: readonly string[];
}

/** Where something is about to be sent; a socket path is none of it. */
export interface Destination {
  readonly host: string;
  readonly port?: number;
}

const LOOPBACK_NAME = /^(localhost|.+\.localhost)\.?$/;
const LOOPBACK_ADDRESS =
  /^(127(\.\d{1,3}){3}|0\.0\.0\.0|::1|::|(0+:){7}0*1|::ffff:127(\.\d{1,3}){3}|::ffff:7f[0-9a-f]{2}:[0-9a-f]{1,4})$/;

/** A host without brackets, zone and capitals. */
function plainHost(host: string): string {
  return host
    .toLowerCase()
    .replace(/^\[|\]$/g, '')
    .replace(/%.*$/, '');
}

/** `localhost` and what ends in it; they are this machine without asking anybody (RFC 6761). */
export function isLoopbackName(host: string): boolean {
  return LOOPBACK_NAME.test(plainHost(host));
}

/** A literal address of this machine, the unspecified ones included, to which a connection reaches it too. */
export function isLoopbackAddress(host: string): boolean {
  return LOOPBACK_ADDRESS.test(plainHost(host));
}

/** Whether a host was declared by the user. */
export function isDeclared(host: string, rules: EgressRules): boolean {
  const plain = plainHost(host).replace(/\.$/, '');
  return rules.hosts.some((each) => plainHost(each) === plain);
}

/** The first file outside Node and this guard on the way here: who tried. */
function callerOf(stack: string): string {
  const files = [...stack.matchAll(/(?:file:\/\/|\()(\/[^\s:)]+|[A-Za-z]:[^\s:)]+):\d+/g)].map(
    ([, file]) => file ?? '',
  );
  const outside = files.filter((file) => !file.startsWith(import.meta.dirname));
  const own = outside.find((file) => !/[/\\]node_modules[/\\]/.test(file)) ?? outside[0];
  return own === undefined ? 'this process' : own.split(/[/\\]/).slice(-2).join('/');
}

/** The refusal of something, in one line. */
export function refuse(what: string, where: string, { setting }: EgressRules): PrivacyError {
  const who = callerOf(new Error('trace').stack ?? '');
  const message = `${who} tried ${what} ${where}; nothing was sent, since ${setting} keeps everything on this machine`;
  return new PrivacyError(message, { details: { address: where, setting } });
}

/** Why a destination may not be reached; undefined when it may. */
export function refusalOf(what: string, { host, port }: Destination, rules: EgressRules): PrivacyError | undefined {
  const where = port === undefined ? host : `${host}:${port}`;
  const isOwn = isLoopbackName(host) || isLoopbackAddress(host);
  if (port !== undefined && isProxy({ host: isOwn ? '127.0.0.1' : plainHost(host), port }, rules)) {
    return refuse(what, `${where}, a forward proxy`, rules);
  }
  return isOwn || isDeclared(host, rules) ? undefined : refuse(what, where, rules);
}

function isProxy({ host, port }: Destination, { proxies }: EgressRules): boolean {
  return proxies.some((each) => {
    const at = each.lastIndexOf(':');
    const name = each.slice(0, at);
    const own = isLoopbackName(name) || isLoopbackAddress(name) ? '127.0.0.1' : plainHost(name);
    return own === host && Number(each.slice(at + 1)) === port;
  });
}
