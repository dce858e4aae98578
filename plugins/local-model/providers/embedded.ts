import {
  defineProvider,
  ModelNotFoundError,
  normalizeBaseUrl,
  Secret,
  type CallContext,
  type EmbeddingCall,
  type EmbeddingModel,
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
import type { EmbeddedPort } from './embedded/embedded-port.ts';
import { hasEmbedder, lookAtAll, lookAtChat, whyNoDownload } from './embedded/look.ts';
import type { Quirks } from '../client/quirks.ts';
import { chatModelInfo, embeddedToolWays, embedderModelInfo } from './embedded/model-facts.ts';

/** Makes the provider of the models inside Wooster. */
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

/** A client and where it sends to. */
interface Connected {
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly client: LocalModelClient;
}

class EmbeddedProvider implements Provider {
  readonly id: string;
  readonly lifecycle: ModelLifecycle;
  readonly #port: EmbeddedPort;
  readonly #dependencies: ProviderDependencies;
  /** By model; a restarted engine has another port and another key. */
  readonly #clients = new Map<string, Connected>();

  constructor(port: EmbeddedPort, dependencies: ProviderDependencies) {
    this.id = dependencies.entry.id;
    this.#port = port;
    this.#dependencies = dependencies;
    this.lifecycle = {
      load: async (model, signal) => void (await this.#connectAny(model, signal)),
      unload: async () => this.#port.dispose(),
      pull: async (model, { signal }) => void (await this.#connectAny(model, signal)),
      loaded: async () => (await this.#loaded()).map((modelId) => ({ modelId })),
    };
  }

  async listModels(): Promise<readonly ModelInfo[]> {
    const { embedders } = this.#port;
    const offered = (await embedders?.offered()) ?? [];
    const infos = offered.map((entry) => embedderModelInfo(this.id, entry, embedders?.isRunning(entry.id) ?? false));
    const isChatListed = (await lookAtChat(this.#port)).state === 'ready' || !(await hasEmbedder(this.#port));
    const chat = isChatListed ? await chatModelInfo(this.id, this.#port) : undefined;
    return chat === undefined ? infos : [chat, ...infos];
  }

  async probe(signal: AbortSignal): Promise<HealthReport> {
    signal.throwIfAborted();
    const start = performance.now();
    return { ...(await lookAtAll(this.#port)), latencyMs: performance.now() - start };
  }

  async chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    const client = await this.#connect(modelId, call.signal);
    const ways = embeddedToolWays((await this.#port.entry()) ?? {});
    const { LocalChatModel } = await import('../chat-model/local-chat-model.ts');
    // An engine that is asked in words has no grammars, and holds no output to a schema either.
    const quirks: Quirks = new Set(ways.includes('prompt') ? (['ignores-response-format'] as const) : []);
    return new LocalChatModel({ provider: this.id, model: modelId, client, quirks, ways, call });
  }

  async embeddings(modelId: string, call: EmbeddingCall): Promise<EmbeddingModel> {
    const client = await this.#connectEmbedder(modelId, call.signal);
    const { EMBEDDING_ENGINES } = await import('../embeddings/embedding-engines.ts');
    const { openServerEmbeddings } = await import('../embeddings/server-embedding-model.ts');
    const engine = EMBEDDING_ENGINES['embedding-server'];
    return openServerEmbeddings({ provider: this.id, model: modelId, client, engine, call });
  }

  async dispose(): Promise<void> {
    this.#clients.clear();
    await this.#port.dispose();
  }

  async #loaded(): Promise<readonly string[]> {
    const { embedders, modelId } = this.#port;
    const offered = (await embedders?.offered()) ?? [];
    const running = offered.filter(({ id }) => embedders?.isRunning(id) === true).map(({ id }) => id);
    return this.#port.isRunning() ? [modelId, ...running] : running;
  }

  #connectAny(modelId: string, signal: AbortSignal): Promise<LocalModelClient> {
    const isEmbedder = this.#port.embedders?.entry(modelId) !== undefined;
    return isEmbedder ? this.#connectEmbedder(modelId, signal) : this.#connect(modelId, signal);
  }

  async #connect(modelId: string, signal: AbortSignal): Promise<LocalModelClient> {
    if (modelId !== this.#port.modelId || (await this.#port.entry()) === undefined) {
      const text = `${this.id}: no embedded model ${modelId}; the configured one is ${this.#port.modelId}`;
      throw new ModelNotFoundError(text, { provider: this.id, model: modelId });
    }
    this.#requirePresent(modelId, await this.#port.isPresent());
    return this.#client(modelId, await this.#port.endpoint(signal));
  }

  async #connectEmbedder(modelId: string, signal: AbortSignal): Promise<LocalModelClient> {
    const { embedders } = this.#port;
    if (embedders?.entry(modelId) === undefined) {
      const text = `${this.id}: no weights of an embedding model ${modelId}; run "wooster setup --list" for those there are`;
      throw new ModelNotFoundError(text, { provider: this.id, model: modelId });
    }
    this.#requirePresent(modelId, await embedders.isPresent(modelId));
    return this.#client(modelId, await embedders.endpoint(modelId, signal));
  }

  #requirePresent(modelId: string, isPresent: boolean): void {
    if (isPresent || this.#port.mayDownload) return;
    const { reason, remedy } = whyNoDownload(this.#port, modelId);
    const text = `${this.id}: ${modelId} is not on this machine and ${reason}; ${remedy}`;
    throw new ModelNotFoundError(text, { provider: this.id, model: modelId });
  }

  #client(modelId: string, { baseUrl, apiKey }: { baseUrl: string; apiKey: string }): LocalModelClient {
    const known = this.#clients.get(modelId);
    if (known?.baseUrl === baseUrl && known.apiKey === apiKey) return known.client;
    const client = this.#makeClient(baseUrl, apiKey);
    this.#clients.set(modelId, { baseUrl, apiKey, client });
    return client;
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
