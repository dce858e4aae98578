import type { HealthCheck } from 'wooster';
import type { CheckBody, DoctorPorts } from './doctor-ports.ts';

/** A check whose module is loaded when it runs. */
interface LazyCheck extends Pick<HealthCheck, 'id' | 'title' | 'order'> {
  readonly hasFix?: boolean;
  load(ports: DoctorPorts): Promise<CheckBody>;
}

const CHECKS: readonly LazyCheck[] = [
  {
    id: 'node',
    title: 'Node',
    order: 10,
    load: async () => (await import('./checks/node-check.ts')).nodeCheck(),
  },
  {
    id: 'folders',
    title: 'folders',
    order: 30,
    load: async (ports) => (await import('./checks/folders-check.ts')).foldersCheck(ports),
  },
  {
    id: 'memory',
    title: 'memory',
    order: 40,
    load: async (ports) => (await import('./checks/memory-check.ts')).memoryCheck(ports),
  },
  {
    id: 'embedded-models',
    title: 'own models',
    order: 50,
    hasFix: true,
    load: async (ports) => (await import('./checks/embedded-check.ts')).embeddedCheck(ports),
  },
  {
    id: 'python',
    title: 'Python',
    order: 55,
    hasFix: true,
    load: async (ports) => (await import('./checks/python-check.ts')).pythonCheck(ports),
  },
  {
    id: 'servers',
    title: 'servers',
    order: 60,
    hasFix: true,
    load: async (ports) => (await import('./checks/servers-check.ts')).serversCheck(ports),
  },
  {
    id: 'found-servers',
    title: 'found',
    order: 70,
    hasFix: true,
    load: async (ports) => (await import('./checks/found-servers-check.ts')).foundServersCheck(ports),
  },
  {
    id: 'conversation',
    title: 'answers',
    order: 90,
    load: async (ports) => (await import('./checks/conversation-check.ts')).conversationCheck(ports),
  },
  {
    id: 'embeddings',
    title: 'embeddings',
    order: 100,
    load: async (ports) => (await import('./checks/embeddings-check.ts')).embeddingsCheck(ports),
  },
  {
    id: 'leftovers',
    title: 'leftovers',
    order: 110,
    hasFix: true,
    load: async (ports) => (await import('./checks/leftovers-check.ts')).leftoversCheck(ports),
  },
  {
    id: 'cloud',
    title: 'cloud',
    order: 120,
    load: async (ports) => (await import('./checks/cloud-check.ts')).cloudCheck(ports),
  },
];

function toCheck(lazy: LazyCheck, ports: DoctorPorts): HealthCheck {
  const { id, title, order, hasFix } = lazy;
  let loaded: Promise<CheckBody> | undefined;
  const body = (): Promise<CheckBody> => (loaded ??= lazy.load(ports));
  const check = { id, title, order, run: async (signal: AbortSignal) => (await body()).run(signal) };
  if (hasFix !== true) return check;
  return { ...check, fix: async (context) => (await (await body()).fix?.(context)) ?? 'nothing to do' };
}

/** The checks of this plugin; nothing of one is loaded before it runs. */
export function doctorChecks(ports: DoctorPorts): readonly HealthCheck[] {
  return CHECKS.map((check) => toCheck(check, ports));
}
