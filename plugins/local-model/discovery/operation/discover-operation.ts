import { join } from 'node:path';
import { style, table, UsageError, wrapText, type RenderContext } from 'wooster';
import { configuredAt, type Configured } from '../configured-addresses.ts';
import type { DiscoveredRow, DiscoverResult } from './discover-schema.ts';
import type { DiscoveredServer } from '../discovered-server.ts';
import { saveServers } from './save-servers.ts';
import type { ServerDiscovery } from '../server-discovery.ts';

/** What the search needs of the plugin. */
export interface DiscoverPorts extends Configured {
  readonly discovery: Pick<ServerDiscovery, 'discover' | 'refusal'>;
  /** Folder of the workspace's settings, absolute. */
  readonly configDirectory: string;
}

/** Saved are servers that would be used: of the others the user has to say more. */
function isWorthSaving({ engine, isDeclared }: DiscoveredServer): boolean {
  return engine !== undefined && (engine !== 'openai-compatible' || isDeclared);
}

function toRow(server: DiscoveredServer, provider: string | undefined): DiscoveredRow {
  const { engine = 'unknown', name, version, address, models, state, latencyMs, note } = server;
  return {
    engine,
    name,
    version,
    address,
    models: models === undefined ? undefined : [...models],
    state,
    latencyMs: Math.round(latencyMs * 10) / 10,
    isConfigured: provider !== undefined,
    provider,
    note,
  };
}

/**
 * Looks for servers now, and writes those that are not configured into `config/local.json` where that is asked for.
 * UsageError where a setting forbids every search; the errors of `saveServers`.
 */
export async function discoverServers(
  ports: DiscoverPorts,
  { save }: { readonly save: boolean },
  signal: AbortSignal,
): Promise<DiscoverResult> {
  const { discovery, settings, configDirectory } = ports;
  if (discovery.refusal !== undefined) throw new UsageError(`no server was looked for: ${discovery.refusal}`);
  const found = await discovery.discover(signal);
  const configured = new Map(
    found.servers.flatMap(({ address }) => {
      const entry = configuredAt(address, ports);
      return entry === undefined ? [] : [[address, entry.id] as const];
    }),
  );
  const rows = found.servers.map((server) => toRow(server, configured.get(server.address)));
  const result = { servers: rows, silentHosts: [...found.silentHosts], totalMs: Math.round(found.totalMs) };
  if (!save) return result;
  const file = join(configDirectory, 'local.json');
  const servers = found.servers.filter((server) => isWorthSaving(server) && !configured.has(server.address));
  const saved = await saveServers({ file, servers, configured: settings.providers });
  const idAt = new Map(saved.map(({ address, id }) => [address, id]));
  return {
    ...result,
    servers: rows.map((row) => ({ ...row, provider: row.provider ?? idAt.get(row.address) })),
    saved: saved.map(({ id }) => id),
    file,
  };
}

function describeModels({ models, engine }: DiscoveredRow): string {
  if (models === undefined) return engine === 'unknown' ? '' : 'not told';
  if (models.length === 1) return models[0]!;
  return models.length === 0 ? 'none' : `${models.length} models`;
}

function describeUse({ provider, isConfigured, state, note, engine }: DiscoveredRow): string {
  if (isConfigured) return provider ?? '';
  if (provider !== undefined) return `saved as ${provider}`;
  return engine === 'unknown' || (note !== undefined && state !== 'loading') ? 'no' : 'found';
}

function describeSaved({ saved, file }: DiscoverResult): string[] {
  if (saved === undefined) return [];
  if (saved.length === 0) return ['Nothing to save: what is usable is configured.'];
  return [`Saved ${saved.join(', ')} in ${file}.`];
}

/** Tables and lines for a person. */
export function renderDiscovery(result: DiscoverResult, context: RenderContext): string {
  const { servers, silentHosts, totalMs, saved } = result;
  const columns = [
    { title: 'server', value: ({ name, version }: DiscoveredRow) => [name, version].filter(Boolean).join(' ') },
    { title: 'address', value: ({ address }: DiscoveredRow) => address, isWhole: true },
    { title: 'models', value: describeModels },
    { title: 'state', value: ({ state }: DiscoveredRow) => state },
    { title: 'used as', value: describeUse },
    { title: 'ms', value: ({ latencyMs }: DiscoveredRow) => latencyMs.toFixed(0), align: 'right' as const },
  ];
  const count = servers.length === 1 ? '1 server' : `${servers.length} servers`;
  const blocks = servers.length === 0 ? [] : [table(servers, columns, context)];
  const notes = servers.flatMap(({ address, note }) => (note === undefined ? [] : [`${address}: ${note}`]));
  const silent = silentHosts.map(
    (host) => `${host}: nothing answered; check that it is on, and written as host or host:port in discovery.hosts`,
  );
  const canSave = saved === undefined && servers.some((row) => describeUse(row) === 'found');
  const lines = [
    `Found ${count} in ${totalMs} ms.`,
    ...[...notes, ...silent, ...describeSaved(result)].map((line) => wrapText(line, context.width)),
    ...(canSave
      ? [style('Add --save to write those that are not configured into config/local.json.', 'dim', context.hasColor)]
      : []),
  ];
  return [...blocks, lines.join('\n')].join('\n\n');
}
