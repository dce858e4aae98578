import {
  defineProvider,
  ModelNotFoundError,
  normalizeBaseUrl,
  Secret,
  toModelRef,
  type CallContext,
  type Fact,
  type HealthReport,
  type ModelInfo,
  type ModelLifecycle,
  type Provider,
  type ProviderDependencies,
  type ProviderDescriptor,
} from 'wooster';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { z } from 'zod';
import { openAIDialect } from '../client/dialects/openai-dialect.ts';
import { LocalModelClient } from '../client/local-model-client.ts';

/** What the provider needs of the runtime that has the weights and the engine. */
export interface EmbeddedPort {
  /** The model that is configured. */
  readonly modelId: string;
  /** Whether missing weights or engine may be fetched. */
  readonly mayDownload: boolean;
  /** The setting that forbids every download, when one does. */
  readonly downloadRefusal?: string;
  /** The configured window; without it the window stays unknown. */
  readonly contextTokens?: number;
  /** The file of the user's own that is configured in place of an id of the catalogue. */
  readonly ownFile?: string;
  /** What is known of the model; undefined for an unknown id. */
  entry():
    | {
        readonly title: string;
        readonly tools: 'grammar' | 'none';
        readonly bytes?: number;
        readonly contextTokens?: number;
        readonly memoryMiB?: number;
        readonly quantization?: string;
        readonly parameterCount?: string;
        readonly sha256?: string;
      }
    | undefined;
  /** Weights and engine are on this machine. */
  isPresent(): Promise<boolean>;
  isRunning(): boolean;
  /** Fetches what is missing, starts the engine where needed, and gives its address and key. */
  endpoint(signal: AbortSignal): Promise<{ readonly baseUrl: string; readonly apiKey: string }>;
  dispose(): void | Promise<void>;
}

function known<T>(value: T): Fact<T> {
  return { value, origin: 'catalogue' };
}

function knownIf<T>(value: T | undefined): Fact<T> | undefined {
  return value === undefined ? undefined : known(value);
}

const SETUP = 'run "wooster setup"';

/** Makes the provider of the model inside Wooster. */
export function embedded(port: EmbeddedPort): ProviderDescriptor {
  return defineProvider({
    id: 'embedded',
    title: 'Embedded',
    locality: 'local',
    settings: z.strictObject({}),
    knownEnv: [],
    create: (_, dependencies) => new EmbeddedProvider(port, dependencies),
  });
}

class EmbeddedProvider implements Provider {
  readonly id: string;
  readonly lifecycle: ModelLifecycle;
  readonly #port: EmbeddedPort;
  readonly #dependencies: ProviderDependencies;
  #client: { readonly baseUrl: string; readonly apiKey: string; readonly client: LocalModelClient } | undefined;

  constructor(port: EmbeddedPort, dependencies: ProviderDependencies) {
    this.id = dependencies.entry.id;
    this.#port = port;
    this.#dependencies = dependencies;
    this.lifecycle = {
      load: async (model, signal) => void (await this.#connect(model, signal)),
      unload: async () => this.#port.dispose(),
      pull: async (model, signal) => void (await this.#connect(model, signal)),
      loaded: async () => (this.#port.isRunning() ? [this.#port.modelId] : []),
    };
  }

  async listModels(): Promise<readonly ModelInfo[]> {
    const { modelId, contextTokens } = this.#port;
    const entry = this.#port.entry();
    if (entry === undefined) return [];
    return [
      {
        ref: toModelRef(this.id, modelId),
        providerId: this.id,
        modelId,
        capabilities: {
          chat: known(true),
          json: known(true),
          tools: known(entry.tools === 'grammar'),
          embed: known(false),
          vision: known(false),
          reasoning: known(false),
        },
        locality: { value: 'local', origin: 'config' },
        contextTokens:
          contextTokens === undefined
            ? undefined
            : { value: Math.min(contextTokens, entry.contextTokens ?? contextTokens), origin: 'config' },
        sizeBytes: knownIf(entry.bytes),
        parameterCount: knownIf(entry.parameterCount),
        quantization: knownIf(entry.quantization),
        memoryMiB: knownIf(entry.memoryMiB),
        digest: knownIf(entry.sha256 && `sha256:${entry.sha256}`),
        isLoaded: { value: this.#port.isRunning(), origin: 'server' },
      },
    ];
  }

  async probe(signal: AbortSignal): Promise<HealthReport> {
    signal.throwIfAborted();
    const start = performance.now();
    return { ...(await this.#look()), latencyMs: performance.now() - start };
  }

  async chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    const client = await this.#connect(modelId, call.signal);
    const { LocalChatModel } = await import('../chat-model/local-chat-model.ts');
    return new LocalChatModel({ provider: this.id, model: modelId, client, quirks: new Set(), call });
  }

  async dispose(): Promise<void> {
    this.#client = undefined;
    await this.#port.dispose();
  }

  async #look(): Promise<Omit<HealthReport, 'latencyMs'>> {
    const { modelId, mayDownload } = this.#port;
    const entry = this.#port.entry();
    const engine = { name: 'node-llama-cpp' };
    if (entry === undefined) {
      const detail = `the catalogue has no embedded model ${modelId}`;
      return {
        state: 'misconfigured',
        code: 'E_MODEL_NOT_FOUND',
        detail,
        remedy: 'set embedded.model to a listed one',
      };
    }
    if (this.#port.ownFile !== undefined && entry.bytes === undefined) {
      const detail = `there is no file ${this.#port.ownFile}`;
      return { state: 'misconfigured', code: 'E_FILE', engine, detail, remedy: 'correct embedded.model' };
    }
    if (await this.#port.isPresent()) {
      const detail = `${entry.title}, ${this.#port.isRunning() ? 'running' : 'starts with the first question'}`;
      return { state: 'ready', engine, detail };
    }
    const size = this.#port.ownFile === undefined ? `${Math.ceil((entry.bytes ?? 0) / 1e6)} MB` : 'its engine';
    if (mayDownload) {
      // The router may choose it: the first question fetches it and waits.
      return {
        state: 'ready',
        engine,
        detail: `${entry.title}, fetched with the first question (${size})`,
        remedy: `${SETUP} to fetch it now`,
      };
    }
    const detail = `${entry.title} is not on this machine (${size}), and ${this.#whyNoDownload().reason}`;
    return {
      state: 'down',
      code: 'E_MODEL_NOT_FOUND',
      engine,
      detail,
      remedy: this.#whyNoDownload().remedy,
    };
  }

  /** `setup` helps where downloads are only not automatic, not where they are forbidden. */
  #whyNoDownload(): { readonly reason: string; readonly remedy: string } {
    const { downloadRefusal } = this.#port;
    if (downloadRefusal === undefined) {
      return { reason: 'embedded.autoDownload is off', remedy: `${SETUP}, or set embedded.autoDownload to true` };
    }
    const remedy = 'put the file into a folder of embedded.localDirectories, or lift that';
    return { reason: `${downloadRefusal} forbids downloads`, remedy };
  }

  async #connect(modelId: string, signal: AbortSignal): Promise<LocalModelClient> {
    if (modelId !== this.#port.modelId || this.#port.entry() === undefined) {
      const text = `${this.id}: no embedded model ${modelId}; the configured one is ${this.#port.modelId}`;
      throw new ModelNotFoundError(text, { provider: this.id, model: modelId });
    }
    if (!(await this.#port.isPresent()) && !this.#port.mayDownload) {
      const { reason, remedy } = this.#whyNoDownload();
      const text = `${this.id}: ${modelId} is not on this machine and ${reason}; ${remedy}`;
      throw new ModelNotFoundError(text, { provider: this.id, model: modelId });
    }
    const { baseUrl, apiKey } = await this.#port.endpoint(signal);
    // A restarted engine has another port and another key.
    if (this.#client?.baseUrl !== baseUrl || this.#client.apiKey !== apiKey) {
      this.#client = { baseUrl, apiKey, client: this.#makeClient(baseUrl, apiKey) };
    }
    return this.#client.client;
  }

  #makeClient(baseUrl: string, apiKey: string): LocalModelClient {
    return new LocalModelClient({
      provider: this.id,
      base: normalizeBaseUrl(baseUrl),
      http: this.#dependencies.http,
      dialect: openAIDialect,
      quirks: new Set(),
      apiKey: new Secret(apiKey),
    });
  }
}
