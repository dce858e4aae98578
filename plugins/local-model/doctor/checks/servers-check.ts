import { isLoopbackHost, type Finding, type HealthReport, type ProviderInstance } from 'wooster';
import { startServer } from '../../supervision/command-servers.ts';
import type { StartableServer } from '../../supervision/server-supervision.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** What is told of a server that can be used, now or soon. */
const WELL = { ready: 'answers', loading: 'loads its model', busy: 'is busy' } as const;

function nameOf({ entry, provider }: ProviderInstance): string {
  return provider.address === undefined ? entry.id : `${entry.id} at ${provider.address}`;
}

function isConfigured({ entry }: ProviderInstance): boolean {
  return entry.isDiscovered !== true && entry.kind !== 'embedded';
}

function startableOf({ entry }: ProviderInstance, { supervision }: DoctorPorts): StartableServer | undefined {
  return supervision.startable().find((each) => each.entry.id === entry.id && each.entry.baseUrl === entry.baseUrl);
}

function describe(instance: ProviderInstance, report: HealthReport, canStart: boolean): Finding {
  const { state, engine, detail, remedy, code } = report;
  const name = nameOf(instance);
  if (state === 'ready' || state === 'loading' || state === 'busy') {
    const what = engine === undefined ? '' : ` (${[engine.name, engine.version].filter(Boolean).join(' ')})`;
    return { state: state === 'ready' ? 'ok' : 'info', summary: `${name} ${WELL[state]}${what}` };
  }
  if (canStart && code === 'E_UNREACHABLE') {
    return { state: 'info', summary: `${name} does not run; it is started when needed`, canFix: true };
  }
  const said = [instance.provider.address, instance.entry.id].some((each) => detail.startsWith(`${each}`))
    ? detail
    : `${name}: ${detail}`;
  return { state: 'fault', summary: said, remedy };
}

/** An endpoint of this machine that no engine is known to be behind is a cloud until the user says otherwise. */
function undeclared(instance: ProviderInstance): readonly Finding[] {
  const { entry, descriptor } = instance;
  const host = URL.parse(entry.baseUrl ?? '')?.hostname;
  if (descriptor.locality !== 'undeclared' || host === undefined || !isLoopbackHost(host)) return [];
  const summary = `${nameOf(instance)} counts as a cloud, for it may hand texts on`;
  const remedy = `if it runs on machines of yours, set providers.${entry.id}.declaredLocal: true`;
  return [{ state: 'warning', summary, remedy }];
}

/** Whether each configured server of the user's own machines answers; the fix starts those that Wooster may start. */
export function serversCheck(ports: DoctorPorts): CheckBody {
  const instances = (): readonly ProviderInstance[] => ports.router().providers().filter(isConfigured);
  const local = (): readonly ProviderInstance[] => instances().filter(({ locality }) => locality === 'local');
  const resting = new Set<string>();
  return {
    async run(signal) {
      resting.clear();
      const looks = local().map(async (instance) => {
        const startable = startableOf(instance, ports);
        const finding = describe(instance, await instance.provider.probe(signal), startable !== undefined);
        if (finding.canFix === true && startable !== undefined) resting.add(startable.id);
        return finding;
      });
      const off = ports
        .router()
        .status()
        .disabled.map(({ providerId, reason }): Finding => ({
          state: 'info',
          summary: `${providerId} is off: ${reason}`,
        }));
      const others = instances().filter(({ locality }) => locality !== 'local');
      const findings = [...(await Promise.all(looks)), ...others.flatMap(undeclared), ...off];
      return findings.length > 0 ? findings : [{ state: 'ok', summary: 'none is configured, and none is needed' }];
    },
    async fix({ signal, progress }) {
      const lines: string[] = [];
      for (const id of resting) {
        lines.push(await startServer(ports.supervision, id, { signal, tell: (label) => progress.update({ label }) }));
      }
      progress.finish();
      return lines.join('; ');
    },
  };
}
