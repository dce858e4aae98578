import {
  isWoosterError,
  normalizeBaseUrl,
  PrivacyError,
  type BaseUrl,
  type CallContext,
  type CallLimits,
  type CloudPermit,
  type EmbeddingCall,
  type EmbeddingModel,
  type HealthReport,
  type Locality,
  type ModelInfo,
  type ModelLifecycle,
  type Provider,
  type ProviderDependencies,
} from 'wooster';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { LocalChatModel } from '../../chat-model/local-chat-model.ts';
import type { ClientCall } from '../../client/chat-request.ts';
import type { Dialect, ListedModel } from '../../client/dialects/dialect.ts';
import { ollamaDialect } from '../../client/dialects/ollama-dialect.ts';
import { LocalModelClient } from '../../client/local-model-client.ts';
import { EMBEDDING_ENGINES } from '../../embeddings/embedding-engines.ts';
import { openServerEmbeddings } from '../../embeddings/server-embedding-model.ts';
import type { Quirk, Quirks } from '../../client/quirks.ts';
import { toModelInfo } from './model-info.ts';
import type { Preset } from './preset.ts';
import { identify, probeServer } from './probe-server.ts';
import { ENGINE_DIALECTS, ENGINE_QUIRKS } from './engine-quirks.ts';
import { toolWaysOf } from './tool-ways.ts';
import type { EngineId } from './fingerprints.ts';
import type { ServerSettings } from './server-settings.ts';

/** Limits of looks at a server: a healthy one answers in milliseconds. */
const LOOK_LIMITS: CallLimits = { connectMs: 1_500, loadMs: 3_000, firstTokenMs: 3_000, idleMs: 3_000, totalMs: 3_000 };
/** A list may be long, and a busy server slow to give it. */
const LIST_LIMITS: CallLimits = { ...LOOK_LIMITS, totalMs: 10_000 };

/** Kept, since asking for a module that is loaded costs a call 20 microseconds. */
let ChatModel: typeof LocalChatModel | undefined;

/** One configured server, as its preset describes it. It does no I/O before it is asked something. */
export class ServerProvider implements Provider {
  readonly id: string;
  readonly address: string;
  readonly lifecycle?: ModelLifecycle;
  readonly #preset: Preset;
  readonly #settings: ServerSettings;
  readonly #dependencies: ProviderDependencies;
  readonly #base: BaseUrl;
  readonly #locality: Locality;
  #client: LocalModelClient;
  #ollamaClient: LocalModelClient | undefined;
  readonly #quirks: Set<Quirk>;
  #engine: EngineId | undefined;
  #remoteModels: Set<string> | undefined;
  #isRecognised = false;

  constructor(preset: Preset, settings: ServerSettings, dependencies: ProviderDependencies) {
    const { entry } = dependencies;
    this.id = entry.id;
    this.#preset = preset;
    this.#settings = settings;
    this.#dependencies = dependencies;
    this.#base = normalizeBaseUrl(entry.baseUrl ?? preset.defaultBaseUrl ?? '', { name: `base URL of ${entry.id}` });
    this.address = this.#base.address;
    this.#locality =
      entry.isDeclaredLocal || (preset.locality === 'local' && this.#base.isLoopback) ? 'local' : 'cloud';
    this.#quirks = new Set([...preset.quirks, ...settings.quirks]);
    this.#engine = preset.engine;
    this.#client = this.#makeClient(preset.dialect);
    const { lifecycle, hub } = preset;
    const callFor = (signal: AbortSignal): ClientCall => this.#look(signal, LIST_LIMITS);
    this.lifecycle = lifecycle?.create({ client: this.#client, base: this.#base, entry, hub, callFor });
  }

  async listModels(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const call = this.#look(signal, LIST_LIMITS);
    const listed = await this.#listed(call);
    const described = (await this.#preset.describeModels?.(this.#client, listed, call)) ?? listed;
    this.#remoteModels = new Set(described.flatMap(({ id, remoteHost }) => (remoteHost === undefined ? [] : [id])));
    const engineCapabilities = this.#preset.engineCapabilities ?? {};
    const { contextTokens } = this.#settings;
    const toolWays = toolWaysOf(this.#settings.tools, this.#quirks);
    const facts = { providerId: this.id, locality: this.#locality, engineCapabilities, contextTokens, toolWays };
    return described.map((model) => toModelInfo(model, facts));
  }

  async probe(signal: AbortSignal): Promise<HealthReport> {
    const { model } = this.#dependencies.entry;
    let call: ClientCall;
    try {
      call = this.#look(signal, LOOK_LIMITS);
    } catch (error) {
      if (!(error instanceof PrivacyError)) throw error;
      const remedy = 'set declaredLocal if the machine is yours, or allow the cloud';
      return { state: 'misconfigured', code: error.code, detail: error.message, remedy, latencyMs: 0 };
    }
    const { id: provider, address } = this;
    const become = (engine: EngineId): LocalModelClient => this.#become(engine);
    const preset = this.#preset;
    const mustBeEngine = this.#mustBeEngine;
    const report = await probeServer({
      client: this.#client,
      become,
      preset,
      provider,
      address,
      model,
      call,
      mustBeEngine,
    });
    this.#isRecognised ||= report.state === 'ready';
    return report;
  }

  async chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    await this.#requireEngine(call);
    await this.#requirePermit(modelId, call);
    await this.#learnQuirks(call);
    // LangChain's base class takes 0.3 s to load, which listing and probing must not pay.
    ChatModel ??= (await import('../../chat-model/local-chat-model.ts')).LocalChatModel;
    const { think } = this.#settings;
    const quirks: Quirks = this.#quirks;
    const ways = toolWaysOf(this.#settings.tools, quirks).value;
    return new ChatModel({ provider: this.id, model: modelId, client: this.#client, quirks, ways, call, think });
  }

  async embeddings(modelId: string, call: EmbeddingCall): Promise<EmbeddingModel> {
    await this.#requireEngine(call);
    await this.#requirePermit(modelId, call);
    await this.#learnQuirks(call);
    this.#client.requireEmbeddings(modelId);
    const { embeddingTokens, addsPrefixes } = this.#settings;
    return openServerEmbeddings({
      provider: this.id,
      model: modelId,
      client: this.#embeddingClient(),
      engine: EMBEDDING_ENGINES[this.#engine ?? 'openai-compatible'],
      call,
      tokensPerInput: embeddingTokens,
      hasOwnPrompts: addsPrefixes,
    });
  }

  async dispose(): Promise<void> {
    // The sockets belong to the HTTP client, which its maker disposes.
  }

  /** Local for its kind alone: nobody declared what is behind the address. */
  get #mustBeEngine(): boolean {
    const { entry } = this.#dependencies;
    return this.#locality === 'local' && !entry.isDeclaredLocal && this.#preset.engine !== undefined;
  }

  /** Before texts go to a server that nobody declared, it has shown once which engine it is; a generic one may be a proxy. */
  async #requireEngine({ signal, permit }: CallContext): Promise<void> {
    if (this.#isRecognised || !this.#mustBeEngine) return;
    const { sighting } = await identify(this.#client, this.#preset, { limits: LOOK_LIMITS, signal, permit });
    this.#isRecognised = sighting !== undefined && sighting.engine !== 'openai-compatible';
    if (this.#isRecognised) return;
    const { title } = this.#preset;
    const text = `${this.id}: ${this.address} does not show to be ${title} and may be a proxy to a cloud, nothing was sent; set declaredLocal if it is none`;
    throw new PrivacyError(text, { details: { provider: this.id } });
  }

  /** An Ollama on this machine may hand a model on to a cloud; such a model needs a permit like any cloud. */
  async #requirePermit(modelId: string, call: CallContext): Promise<void> {
    if (this.#preset.canRunElsewhere !== true) return;
    if (this.#dependencies.permits.isIssued(call.permit, this.id)) return;
    if (this.#remoteModels === undefined) await this.listModels(call.signal);
    const isRemote =
      [modelId, `${modelId}:latest`].some((id) => this.#remoteModels!.has(id)) || /[:-]cloud$/.test(modelId);
    if (!isRemote) return;
    throw new PrivacyError(`${this.id}: ${modelId} runs in a cloud and no permit was given, nothing was sent`, {
      details: { provider: this.id, model: modelId },
    });
  }

  /** A generic endpoint takes the quirks of the engine it turns out to be. */
  async #learnQuirks(call: ClientCall): Promise<void> {
    if (this.#engine !== undefined) return;
    const look: ClientCall = { limits: LOOK_LIMITS, signal: call.signal, permit: call.permit };
    try {
      const { sighting } = await identify(this.#client, this.#preset, look);
      this.#become(sighting?.engine ?? 'openai-compatible');
    } catch (error) {
      // A server too busy to be recognised may still answer; it is asked without quirks, and looked at again next time.
      if (call.signal.aborted || !isWoosterError(error) || error.code !== 'E_TIMEOUT') throw error;
    }
  }

  /** The client of the wire that the recognised engine speaks; a preset of one engine stays what it is. */
  #become(engine: EngineId): LocalModelClient {
    if (this.#engine !== undefined) return this.#client;
    this.#engine = engine;
    for (const quirk of ENGINE_QUIRKS[engine]) this.#quirks.add(quirk);
    const dialect = ENGINE_DIALECTS[engine];
    if (dialect !== undefined) this.#client = this.#makeClient(dialect);
    return this.#client;
  }

  /** Ollama's `/v1/embeddings` cuts a text that is too long without a word; its own route can be told not to. */
  #embeddingClient(): LocalModelClient {
    if (this.#engine !== 'ollama' || this.#preset.engine === 'ollama') return this.#client;
    return (this.#ollamaClient ??= this.#makeClient(ollamaDialect));
  }

  #makeClient(dialect: Dialect): LocalModelClient {
    const { entry, http } = this.#dependencies;
    const { contextTokens, keepAlive } = this.#settings;
    const { pullHint, isLoaded } = this.#preset;
    return new LocalModelClient({
      provider: entry.id,
      base: this.#base,
      http,
      dialect,
      quirks: this.#quirks,
      apiKey: entry.apiKey,
      contextTokens,
      keepAlive,
      pullHint,
      isLoaded: isLoaded && ((model, call) => isLoaded(this.#client, model, call)),
    });
  }

  /** A generic endpoint without the OpenAI list may be an engine that lists its models elsewhere. */
  async #listed(call: ClientCall): Promise<readonly ListedModel[]> {
    try {
      return await this.#client.listModels(call);
    } catch (error) {
      if (this.#engine !== undefined || !isWoosterError(error) || error.code !== 'E_CAPABILITY') throw error;
      await this.#learnQuirks(call);
      return this.#client.listModels(call);
    }
  }

  #look(signal: AbortSignal, limits: CallLimits): ClientCall {
    return { limits, signal, permit: this.#locality === 'cloud' ? this.#probePermit() : undefined };
  }

  /** Leave to look at a cloud, given by the setting that allows it; the office refuses where none does. */
  #probePermit(): CloudPermit {
    const { permits, entry } = this.#dependencies;
    const grantedBy = entry.permission?.origin ?? 'routing.cloud.allow';
    return permits.issue({ providerId: this.id, decisionId: 'probe', grantedBy });
  }
}
