import { llamacpp } from '../../../plugins/local-model/providers/presets/llamacpp.ts';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  PROVIDERS,
  STRATEGIES,
  type HostSettings,
  type ModelRouter,
  type ProviderEntry,
  type RoutedChatDefaults,
} from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import type { ReplyScript } from '../../fakes/model-server/protocol.ts';
import type { MovableClock } from '../doubles/movable-clock.ts';
import { routingSettings } from '../doubles/rig.ts';

/** One model at several servers that really run. */
interface ServerHouseOptions extends Partial<Pick<ProviderEntry, 'balance' | 'slots' | 'queue'>> {
  /** One for each server. */
  readonly weights: readonly number[];
  readonly reply?: ReplyScript;
  /** Instead of the time itself. */
  readonly clock?: MovableClock;
  readonly healthCheckIntervalMs?: number;
}

const LIMITS = { connectMs: 2_000, loadMs: 5_000, firstTokenMs: 5_000, idleMs: 5_000, totalMs: 20_000 };

/** What one call came to. */
export interface HouseCall {
  /** Place of the server that answered. */
  readonly server: number | undefined;
  readonly attempts: number;
  readonly text: string;
  /** What the caller was thrown. */
  readonly errorCode?: string;
}

function startServer(reply: ReplyScript | undefined, port?: number): Promise<FakeModelServer> {
  return startFakeModelServer({ dialect: 'llamacpp', models: ['m'], reply, port });
}

/** A router over servers of one model, each a process that a test may kill and start again. */
export class ServerHouse implements AsyncDisposable {
  readonly router: ModelRouter;
  readonly #state = createMemoryState();
  readonly #servers: FakeModelServer[];
  readonly #reply: ReplyScript | undefined;

  private constructor(servers: FakeModelServer[], { weights, reply, clock, ...options }: ServerHouseOptions) {
    this.#servers = servers;
    this.#reply = reply;
    const { healthCheckIntervalMs = 30_000, ...entry } = options;
    const targets = servers.map(({ url }, place) => ({ baseUrl: url, weight: weights[place] ?? 1 }));
    const many: ProviderEntry = {
      id: 'many',
      kind: llamacpp.id,
      isEnabled: true,
      isDeclaredLocal: true,
      model: 'm',
      priority: 1,
      options: {},
      origin: 'the test',
      targets,
      ...entry,
    };
    this.router = createModelRouter({
      settings: {
        routing: routingSettings({ limits: LIMITS, healthCheckIntervalMs }),
        providers: [many],
        embeddings: { projects: { isEnabled: false }, userProfile: { isEnabled: false } },
      } as unknown as HostSettings,
      extensions: createExtensionsDouble([
        [PROVIDERS, [llamacpp]],
        [FILTERS, BUILT_IN_FILTERS],
        [STRATEGIES, BUILT_IN_STRATEGIES],
      ]),
      permits: createPermitOffice(),
      createHttp: createGuardedHttp,
      clock: clock ?? { now: Date.now, monotonic: () => performance.now() },
      log: { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} },
      state: this.#state,
      random: () => 0,
      ...(clock !== undefined && { schedule: clock.schedule }),
    });
  }

  static async open(options: ServerHouseOptions): Promise<ServerHouse> {
    const servers = await Promise.all(options.weights.map(() => startServer(options.reply)));
    return new ServerHouse(servers, options);
  }

  /** Asks once; a failure is told, not thrown. */
  async ask(text: string, options: RoutedChatDefaults & { readonly isStream?: boolean } = {}): Promise<HouseCall> {
    const { isStream = false, ...defaults } = options;
    let [said, errorCode] = ['', undefined as string | undefined];
    let decisionId: string | undefined;
    const model = await this.router.model({ ...defaults, onDecision: ({ id }) => (decisionId = id) });
    try {
      if (isStream) for await (const chunk of await model.stream(text)) said += chunk.text;
      else said = (await model.invoke(text)).text;
    } catch (error) {
      errorCode = (error as { code?: string }).code ?? String(error);
    }
    const { attempts = [] } = this.#state.decisions.get(decisionId ?? '') ?? {};
    const last = attempts.at(-1);
    const server = last?.outcome === 'answered' ? this.#placeOf(last.targetId) : undefined;
    return { server, attempts: attempts.length, text: said, ...(errorCode !== undefined && { errorCode }) };
  }

  /** As a crash would. */
  async kill(place: number): Promise<void> {
    await this.#servers[place]?.kill();
  }

  /** The same server anew, at its old address. */
  async restart(place: number): Promise<void> {
    const { port } = this.#servers[place]!;
    this.#servers[place] = await startServer(this.#reply, port);
  }

  /** Whether a look has found the server well. */
  isWell(place: number): boolean {
    const { url } = this.#servers[place]!;
    const isOpen = this.router.breakers().some(({ state }) => state.kind !== 'closed');
    return !isOpen && this.router.health.status(`many@${new URL(url).host}`).state === 'ready';
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.router.dispose();
    await Promise.all(this.#servers.map((server) => server.stop()));
  }

  #placeOf(targetId: string): number {
    return this.#servers.findIndex(({ url }) => targetId.includes(`@${new URL(url).host}/`));
  }
}
