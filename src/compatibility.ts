import { generateReply } from './agent/agent-door.ts';
import type { GeneratedReply, PlainMessage } from './agent/generate-reply.ts';
import { ConfigError, UsageError } from './contracts/errors/host-errors.ts';
import { parseModelRef, type ModelRef } from './contracts/models/model-ref.ts';
import { LOCAL_PRINCIPAL } from './contracts/plugins/principal.ts';
import { MODEL_ROUTER, type ModelRouterService, type RouterStatus } from './contracts/routing/router.ts';
import type { Host, HostOptions } from './host.ts';
import { systemClock } from './kernel/clock.ts';
import { readStrategy } from './kernel/config/shapes/strategies.ts';

/** Options of `generate`. */
export interface GenerateOptions {
  /** `provider:model`; without it the router chooses. */
  readonly model?: string;
  /** Only this provider. */
  readonly provider?: string;
  readonly strategy?: string;
  /** Keep to this machine. */
  readonly localOnly?: boolean;
  readonly temperature?: number;
  readonly maxTokens?: number;
  readonly signal?: AbortSignal;
}

/** A provider as programs of earlier versions know it. */
export interface LocalProvider {
  generate(messages: string | readonly PlainMessage[], options?: GenerateOptions): Promise<GeneratedReply>;
  /** References of the models on this machine. */
  listModels(): Promise<readonly string[]>;
}

/** The router as programs of earlier versions know it; everything else is behind MODEL_ROUTER. */
export interface CompatibleRouter {
  /** One whole answer, with model, provider, milliseconds and tokens. Throws contract errors. */
  generate(messages: string | readonly PlainMessage[], options?: GenerateOptions): Promise<GeneratedReply>;
  getStatus(): Promise<RouterStatus>;
  /** Today's names and the old ones (`hybrid`, `local_fallback`, `local_only`); lasting. */
  setStrategy(strategy: string): Promise<void>;
  getLocalProvider(): LocalProvider;
  /** Throws ConfigError: Anthropic is not available in this version. */
  getClaudeProvider(): never;
  /** Ends the host behind it; the next call makes another. */
  stop(): Promise<void>;
}

function toMessages(messages: string | readonly PlainMessage[]): readonly PlainMessage[] {
  const list = typeof messages === 'string' ? [{ role: 'user' as const, content: messages }] : messages;
  if (list.length === 0) throw new UsageError('generate needs at least one message');
  return list;
}

/** Today's id of a strategy named in an old or new way; a provider is no strategy, so `claude_only` is refused. */
function toStrategy(written: string): string {
  const { strategy, isLocalOnly, pinnedProvider } = readStrategy(written);
  if (pinnedProvider !== undefined) {
    throw new UsageError(
      `"${written}" names a provider, not a strategy: give { provider: '${pinnedProvider}' } to generate`,
    );
  }
  return isLocalOnly ? 'local-only' : strategy;
}

function toPinned(model: string | undefined): ModelRef | undefined {
  if (model === undefined) return undefined;
  const parsed = parseModelRef(model);
  if (parsed === undefined) throw new UsageError(`"${model}" names no model: write provider:model`);
  return `${parsed.providerId}:${parsed.modelId}`;
}

class LazyRouter implements CompatibleRouter {
  readonly #options: HostOptions;
  #host: Promise<Host> | undefined;

  constructor(options: HostOptions) {
    this.#options = options;
  }

  async generate(messages: string | readonly PlainMessage[], options: GenerateOptions = {}): Promise<GeneratedReply> {
    const router = await this.#router();
    return generateReply(
      router,
      {
        messages: toMessages(messages),
        parameters: { temperature: options.temperature, maxTokens: options.maxTokens },
        pinned: toPinned(options.model),
        pinnedProvider: options.provider,
        strategy: options.strategy === undefined ? undefined : toStrategy(options.strategy),
        privacy: options.localOnly === true ? 'local-only' : undefined,
        principal: LOCAL_PRINCIPAL,
        signal: options.signal ?? new AbortController().signal,
      },
      systemClock,
    );
  }

  async getStatus(): Promise<RouterStatus> {
    const router = await this.#router();
    await router.refresh(new AbortController().signal);
    return router.status();
  }

  async setStrategy(strategy: string): Promise<void> {
    const id = toStrategy(strategy);
    await (await this.#router()).setStrategy(id, { kind: 'workspace' });
  }

  getLocalProvider(): LocalProvider {
    return {
      generate: (messages, options) => this.generate(messages, { ...options, localOnly: true }),
      listModels: async () => {
        const { targets } = await this.getStatus();
        const usable = targets.filter(
          ({ model, unavailable }) => model.locality.value === 'local' && unavailable === undefined,
        );
        return usable.map(({ ref }) => ref);
      },
    };
  }

  getClaudeProvider(): never {
    throw new ConfigError(
      'the provider claude is not available in this version: use getRouter().generate(), which answers with the models you have',
      {
        path: 'providers.claude',
      },
    );
  }

  async stop(): Promise<void> {
    const host = this.#host;
    this.#host = undefined;
    await (await host)?.stop();
  }

  async #router(): Promise<ModelRouterService> {
    this.#host ??= startHost(this.#options);
    this.#host.catch(() => {
      this.#host = undefined;
    });
    return (await this.#host).get(MODEL_ROUTER);
  }
}

async function startHost(options: HostOptions): Promise<Host> {
  const { createHost } = await import('./host.ts');
  const host = await createHost(options);
  try {
    await host.start(new AbortController().signal);
    return host;
  } catch (error) {
    await host.stop();
    throw error;
  }
}

let shared: CompatibleRouter | undefined;

/** The router of this process, over a host that is made at the first call; with options, a router of its own. */
export function getRouter(options?: HostOptions): CompatibleRouter {
  if (options !== undefined) return new LazyRouter(options);
  shared ??= new LazyRouter({});
  return shared;
}
