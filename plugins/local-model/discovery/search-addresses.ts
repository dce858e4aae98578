import { isLoopbackHost, isWoosterError, normalizeBaseUrl, type BaseUrl } from 'wooster';
import type { SearchAddress } from './discovered-server.ts';

/**
 * Default ports of the engines that are known, and no others: Ollama, LM Studio, the servers that share 8080, llama-server's
 * newer one, vLLM and llama-cpp-python, our embedding server, text-embeddings-inference, infinity, mlx-omni-server.
 */
export const DISCOVERY_PORTS: readonly number[] = [11_434, 1234, 8080, 9931, 8000, 8001, 3000, 7997, 10_240];

const THIS_MACHINE = '127.0.0.1';

/** Where to look. */
interface SearchPlan {
  readonly addresses: readonly SearchAddress[];
  /** Written hosts with the addresses that stand for each; none for one that is no address. */
  readonly byHost: ReadonlyMap<string, readonly string[]>;
}

/** `host` or `host:port`, also as an address of the web; nothing that could mean more than one machine. */
const WRITTEN = /^(?:(?<scheme>https?):\/\/)?(?<host>[A-Za-z0-9._-]+|\[[0-9A-Fa-f:.]+\])(?::(?<port>\d{1,5}))?\/?$/;

function toBase(origin: string): readonly BaseUrl[] {
  try {
    return [normalizeBaseUrl(origin, { name: 'discovery.hosts' })];
  } catch (error) {
    if (isWoosterError(error)) return [];
    throw error;
  }
}

/** The addresses that a written host stands for; none when it is no host. */
function basesOf(written: string, ports: readonly number[]): readonly BaseUrl[] {
  const { scheme = 'http', host, port } = WRITTEN.exec(written)?.groups ?? {};
  if (host === undefined) return [];
  const wanted = port === undefined ? ports : [Number(port)];
  return wanted.flatMap((each) => toBase(`${scheme}://${host}:${each}`));
}

function toAddress({ root, address, isLoopback }: BaseUrl): SearchAddress {
  return { baseUrl: root, address, isDeclared: !isLoopback };
}

/**
 * The known ports of this machine and of the hosts the user wrote; of a host with a port that port alone. A network is
 * never searched: there is no form of `discovery.hosts` that means several machines.
 */
export function planSearch(hosts: readonly string[], ports: readonly number[] = DISCOVERY_PORTS): SearchPlan {
  const addresses = new Map<string, SearchAddress>();
  const byHost = new Map<string, readonly string[]>();
  const add = (host: string): readonly string[] => {
    const known = basesOf(host, ports).map(toAddress);
    for (const each of known) if (!addresses.has(each.address)) addresses.set(each.address, each);
    return known.map(({ address }) => address);
  };
  add(THIS_MACHINE);
  for (const host of hosts.map((written) => written.trim()).filter((written) => written !== '')) {
    byHost.set(host, add(host));
  }
  return { addresses: [...addresses.values()], byHost };
}

/** Whether a host that was written is this machine, whose silence is nothing to tell. */
export function isThisMachine(written: string): boolean {
  return isLoopbackHost(WRITTEN.exec(written)?.groups?.host ?? '');
}
