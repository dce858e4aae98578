import { isLoopbackHost, type Finding, type HealthReport, type ProviderInstance } from 'wooster';
import { startServer } from '../../supervision/command-servers.ts';
import type { StartableServer } from '../../supervision/server-supervision.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** What runs inside Wooster has a check of its own. */
const EMBEDDED_ID = 'embedded';

function nameOf({ entry, provider }: ProviderInstance): string {
  return provider.address === undefined ? entry.id : `${entry.id} at ${provider.address}`;
}

function isConfigured({ entry }: ProviderInstance): boolean {
  return entry.isDiscovered !== true && entry.kind !== EMBEDDED_ID;
}

function startableOf({ entry }: ProviderInstance, { supervision }: DoctorPorts): StartableServer | undefined {
  return supervision.startable().find((each) => each.entry.id === entry.id && each.entry.baseUrl === entry.baseUrl);
}

/** A server that Wooster starts and that nobody needs yet: all is as it should be, and it can be started ahead. */
async function isResting(startable: StartableServer | undefined, { supervision }: DoctorPorts): Promise<boolean> {
  if (startable === undefined) return false;
  return (await supervision.supervisor()).serverOf(startable).state().kind === 'stopped';
}

function describe(instance: ProviderInstance, report: HealthReport): Finding {
  const { state, engine, detail, remedy, code } = report;
  const name = nameOf(instance);
  if (state === 'ready') {
    const what = engine === undefined ? '' : ` (${[engine.name, engine.version].filter(Boolean).join(' ')})`;
    return { state: 'ok', summary: `${name} answers${what}` };
  }
  const isNamed = [instance.provider.address, instance.entry.id].some((each) => detail.startsWith(`${each}`));
  const summary = isNamed ? detail : `${name}: ${detail}`;
  if (state === 'loading' || state === 'busy') return { state: 'info', summary };
  // Of a missing program the summary says how to install it, and the remedy only that it should be.
  if (code === 'E_DEPENDENCY') return { state: 'fault', summary };
  return { state: 'fault', summary, remedy: remedy?.replace(`${name}: `, '') };
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
        const report = await instance.provider.probe(signal);
        const startable = startableOf(instance, ports);
        const isAtRest = report.state !== 'misconfigured' && (await isResting(startable, ports));
        if (startable === undefined || report.state === 'ready' || !isAtRest) return describe(instance, report);
        resting.add(startable.id);
        const summary = `${nameOf(instance)} does not run; it is started when it is needed`;
        const remedy = `nothing, or "wooster servers start ${startable.id}"`;
        return { state: 'info', summary, remedy, canFix: true } satisfies Finding;
      });
      const off = ports
        .router()
        .status()
        .disabled.filter(({ providerId }) => providerId !== EMBEDDED_ID)
        .map(({ providerId, reason }): Finding => ({ state: 'info', summary: `${providerId} is off: ${reason}` }));
      const others = instances().filter(({ locality }) => locality !== 'local');
      const findings = [...(await Promise.all(looks)), ...others.flatMap(undeclared), ...off];
      return findings.length > 0 ? findings : [{ state: 'ok', summary: 'none is configured, and none is needed' }];
    },
    async fix({ signal, progress }) {
      const lines: string[] = [];
      const faults: unknown[] = [];
      const tell = (label: string): void => progress.update({ label });
      for (const id of resting) {
        // One that does not start must not keep the others from it.
        const start = startServer(ports.supervision, id, { signal, tell });
        await start.then(
          (line) => lines.push(line),
          (fault: unknown) => faults.push(fault),
        );
      }
      progress.finish();
      if (faults.length > 0) throw faults[0];
      return lines.join('; ');
    },
  };
}
