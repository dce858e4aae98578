import { normalizeBaseUrl, type ProviderEntry, type PullContext } from 'wooster';
import type {
  HubAccess,
  LifecycleContext,
  Machine,
} from '../../../../plugins/local-model/lifecycle/lifecycle-context.ts';
import { call, clientOf } from '../client/client-setup.ts';

/** How far a pull had come each time it told. */
export interface Told {
  readonly label: string;
  readonly done: number;
  readonly total?: number;
}

/** What a life cycle under test is made of. */
interface SetUp {
  readonly kind?: string;
  readonly dialect?: 'openai' | 'ollama';
  readonly options?: Readonly<Record<string, unknown>>;
  readonly entry?: Partial<ProviderEntry>;
  readonly machine?: Partial<Machine>;
  readonly hub?: HubAccess;
  /** As if the server were on another machine. */
  readonly isElsewhere?: boolean;
}

/** The context of a server's life cycle on a machine that never waits and has room, unless told otherwise. */
export function contextOf(url: string, setUp: SetUp = {}): LifecycleContext {
  const { kind = 'test', dialect = 'openai', options = {}, entry, machine, hub, isElsewhere = false } = setUp;
  return {
    client: clientOf(url, { dialect }),
    base: { ...normalizeBaseUrl(url), ...(isElsewhere && { isLoopback: false }) },
    entry: {
      id: kind,
      kind,
      isEnabled: true,
      priority: 1,
      isDeclaredLocal: true,
      options,
      origin: 'a test',
      ...entry,
    },
    callFor: (signal) => call({ signal }),
    hub,
    machine: {
      home: '/nonexistent-home',
      freeBytes: async () => 1e12,
      pause: async (_ms, signal) => signal.throwIfAborted(),
      ...machine,
    },
  };
}

/** A pull that keeps what it is told. */
export function pullOf(signal: AbortSignal = new AbortController().signal, quantization?: string) {
  const told: Told[] = [];
  const pull: PullContext = { signal, quantization, onProgress: (progress) => void told.push({ ...progress }) };
  return { pull, told };
}
