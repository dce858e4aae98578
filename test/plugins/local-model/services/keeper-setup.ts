import type {
  AttemptRecord,
  LoadedModel,
  MeasurementRecord,
  ModelLifecycle,
  ProviderInstance,
  RouteDecision,
  RouteTrace,
} from 'wooster';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import type { KeeperPorts } from '../../../../plugins/local-model/services/keeper-ports.ts';
import { createRouterDouble, type DoubleModel } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';

const SERVER = 'ollama@127.0.0.1:1';

/** The target of a model of the server under test. */
export function target(modelId: string): string {
  return `${SERVER}/${modelId}`;
}

/** How a stage is set. */
export interface StageOptions {
  readonly models?: readonly DoubleModel[];
  readonly preload?: readonly string[];
  readonly unloadAfterMs?: number;
  readonly measurements?: readonly MeasurementRecord[];
  /** Models that fit together. */
  readonly room?: number;
  readonly lifecycle?: Partial<ModelLifecycle>;
  readonly isHere?: KeeperPorts['isHere'];
}

/** One server with a clock, timers and a log of attempts that a test moves; loading puts the oldest out where there is no room. */
export function stage(options: StageOptions = {}) {
  const { models = ['a', 'b', 'c'].map((modelId) => ({ providerId: 'ollama', modelId })), room = Infinity } = options;
  const state = { now: 1_000_000, inMemory: [] as string[], loads: [] as string[], unloads: [] as string[], looks: 0 };
  const timers = new Map<symbol, { run: () => void; at: number }>();
  const traces: RouteTrace[] = [];
  const lines: string[] = [];
  const keep = (modelId: string): void => {
    state.inMemory = [...state.inMemory.filter((each) => each !== modelId), modelId].slice(-room);
  };
  const lifecycle: ModelLifecycle = {
    load: async (modelId) => {
      state.loads.push(modelId);
      keep(modelId);
    },
    unload: async (modelId) => {
      state.unloads.push(modelId);
      state.inMemory = state.inMemory.filter((each) => each !== modelId);
    },
    loaded: async (): Promise<readonly LoadedModel[]> => {
      state.looks += 1;
      return state.inMemory.map((modelId) => ({ modelId }));
    },
    ...options.lifecycle,
  };
  const instance = {
    entry: { id: 'ollama' },
    descriptor: ollama,
    provider: { id: 'ollama', address: '127.0.0.1:1', lifecycle },
    locality: 'local',
    serverId: SERVER,
    mayContact: true,
  } as unknown as ProviderInstance;
  const router = { ...createRouterDouble(new ScriptedChatModel([]), models), providers: () => [instance] };
  const ports: KeeperPorts = {
    router: () => router,
    decisions: () => ({
      get: (id) => traces.find(({ decision }) => decision.id === id),
      list: ({ limit = 20 } = {}) => traces.toReversed().slice(0, limit),
    }),
    measurements: () => ({ list: () => options.measurements ?? [], save: () => {} }),
    settings: { preload: options.preload ?? [], unloadAfterMs: options.unloadAfterMs },
    clock: { now: () => state.now, monotonic: () => state.now },
    log: {
      debug: () => {},
      info: (line) => void lines.push(line),
      warn: (line) => void lines.push(line),
      error: (line) => void lines.push(line),
    },
    schedule: (run, delayMs) => {
      const key = Symbol('timer');
      timers.set(key, { run, at: state.now + delayMs });
      return { dispose: () => void timers.delete(key) };
    },
    isHere: options.isHere,
  };

  /** A decision for a model, as the router would tell it. */
  const decide = (modelId: string, locality: 'local' | 'cloud' = 'local'): RouteDecision => ({
    id: `d${traces.length + 1}-${modelId}`,
    decidedAt: state.now,
    request: { task: 'chat', needs: {}, privacy: 'any', principal: { id: 'local', kind: 'local' } },
    strategy: 'local-first',
    chain: [{ ref: `ollama:${modelId}`, targetId: target(modelId), locality, score: 1 }],
    rejected: [],
  });

  /** The attempt of a decision, in the log and in the server's memory. */
  const attempt = (decision: RouteDecision, changes: Partial<AttemptRecord> = {}): void => {
    const [step] = decision.chain;
    const record: AttemptRecord = {
      id: `${decision.id}-0`,
      decisionId: decision.id,
      ordinal: 0,
      ref: step!.ref,
      targetId: step!.targetId,
      startedAt: state.now,
      outcome: 'answered',
      firstTokenMs: 100,
      totalMs: 200,
      ...changes,
    };
    keep(record.targetId.slice(SERVER.length + 1));
    traces.push({ decision, attempts: [record] });
  };

  /** Lets time pass, and what is due run. */
  const pass = async (ms: number): Promise<void> => {
    state.now += ms;
    const due = [...timers].filter(([, { at }]) => at <= state.now);
    for (const [key, { run }] of due) {
      timers.delete(key);
      run();
    }
    await new Promise((resolve) => setImmediate(resolve));
  };

  return { ports, state, timers, lines, traces, router, decide, attempt, pass };
}
