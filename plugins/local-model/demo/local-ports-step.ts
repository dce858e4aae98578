import {
  createGuardedHttp,
  createPermitOffice,
  PROVIDERS,
  table,
  type DemoStep,
  type HealthReport,
  type Logger,
  type ProviderDescriptor,
  type ProviderEntry,
} from 'wooster';
import type { ActionPorts } from '../actions/action-ports.ts';

/** A look at a port that nobody listens on takes a millisecond; this ends one that accepts and says nothing. */
const LOOK_LIMIT_MS = 1500;

/** The kind that recognises an engine by its answers. */
const RECOGNISER = 'openai-compatible';

const SILENT: Logger = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** One default address and what is there. */
interface Finding {
  readonly address: string;
  /** Kinds whose default address it is. */
  readonly kinds: readonly string[];
  readonly report: HealthReport | undefined;
}

function entryFor(descriptor: ProviderDescriptor, baseUrl: string): ProviderEntry {
  return {
    id: `look-${new URL(baseUrl).port}`,
    kind: descriptor.id,
    isEnabled: true,
    baseUrl,
    priority: 0,
    isDeclaredLocal: true,
    options: {},
    origin: 'the default addresses of the presets',
  };
}

async function lookAt(
  baseUrl: string,
  recogniser: ProviderDescriptor,
  ports: ActionPorts,
  signal: AbortSignal,
): Promise<HealthReport | undefined> {
  const permits = createPermitOffice();
  const entry = entryFor(recogniser, baseUrl);
  const http = createGuardedHttp({ providerId: entry.id, baseUrls: [baseUrl], needsPermit: false, permits });
  const provider = recogniser.create(recogniser.settings.parse({}), {
    entry,
    http,
    permits,
    log: SILENT,
    clock: ports.clock,
  });
  try {
    return await provider.probe(AbortSignal.any([signal, AbortSignal.timeout(LOOK_LIMIT_MS)]));
  } catch (error) {
    // Boundary: a port that says nothing in time is as good as one where nobody listens.
    if (signal.aborted) throw error;
    return undefined;
  } finally {
    await provider.dispose();
    http.dispose();
  }
}

/** Looks at the default loopback address of every preset at once. */
async function findServers(ports: ActionPorts, signal: AbortSignal): Promise<readonly Finding[]> {
  const descriptors = ports.extensions
    .list(PROVIDERS)
    .filter(({ locality, defaultBaseUrl }) => locality !== 'cloud' && defaultBaseUrl !== undefined);
  const recogniser = ports.extensions.find(PROVIDERS, RECOGNISER);
  if (recogniser === undefined) return [];
  const byAddress = Map.groupBy(descriptors, ({ defaultBaseUrl }) => defaultBaseUrl ?? '');
  return Promise.all(
    [...byAddress].map(async ([address, kinds]) => ({
      address,
      kinds: kinds.map(({ id }) => id),
      report: await lookAt(address, recogniser, ports, signal),
    })),
  );
}

function describeFinding({ report }: Finding): string {
  if (report === undefined || report.state === 'down') return 'nothing answers';
  const engine =
    report.engine === undefined ? 'a server' : [report.engine.name, report.engine.version].filter(Boolean).join(' ');
  return `${engine} (${report.state})`;
}

/** Shows which of the presets' default loopback ports answer. */
export function localPortsStep(ports: ActionPorts): DemoStep {
  return {
    id: 'local-ports',
    title: 'Model servers at their default addresses on this machine',
    order: 10,
    run: async ({ signal, terminal }) => {
      const findings = await findServers(ports, signal);
      const columns = [
        { title: 'address', value: ({ address }: Finding) => address },
        { title: 'default of', value: ({ kinds }: Finding) => kinds.join(', ') },
        { title: 'answer', value: describeFinding },
      ];
      terminal.write(`${table(findings, columns, { width: terminal.width, hasColor: terminal.hasColor })}\n`);
      const found = findings.filter(({ report }) => report !== undefined && report.state !== 'down');
      if (found.length > 0)
        terminal.note('To use one of them, name it in config/local.json: docs/local-servers.md shows how.');
    },
  };
}
