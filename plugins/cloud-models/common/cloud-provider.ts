import {
  defineProvider,
  isWoosterError,
  normalizeBaseUrl,
  ProviderAuthError,
  toModelRef,
  type BaseUrl,
  type CallContext,
  type CloudPermit,
  type EmbeddingCall,
  type EmbeddingModel,
  type HealthReport,
  type ModelInfo,
  type Provider,
  type ProviderDependencies,
  type ProviderDescriptor,
  type Secret,
  type WoosterError,
} from 'wooster';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { z } from 'zod';
import type { Place } from './call-faults.ts';
import type { Cloud, CloudAttempt, ListedModel } from './cloud.ts';

/** A cloud as data. What it does is loaded when it is first used, since most starts use none. */
interface CloudDescriptor<Schema extends z.ZodType> {
  readonly id: string;
  readonly title: string;
  /** Names under which users have its key, the first of them for messages, and further names for help. */
  readonly knownEnv: readonly [keyName: string, ...others: string[]];
  readonly baseUrl: string;
  readonly settings: Schema;
  readonly canEmbed?: boolean;
  readonly tellsPrices?: boolean;
  readonly load: (options: z.output<Schema>) => Promise<Cloud>;
}

/** A cloud as a kind of provider. */
export function defineCloud<Schema extends z.ZodType>(descriptor: CloudDescriptor<Schema>): ProviderDescriptor {
  const { id, title, knownEnv, baseUrl, settings, tellsPrices } = descriptor;
  return defineProvider({
    id,
    title,
    locality: 'cloud',
    settings,
    knownEnv,
    defaultBaseUrl: baseUrl,
    tellsPrices,
    create: (options, dependencies) =>
      new CloudProvider({ ...descriptor, load: () => descriptor.load(options) }, dependencies),
  });
}

/** A cloud behind the contract: lists and probes with a permit of its own, chats and embeds with that of the attempt. */
class CloudProvider implements Provider {
  readonly id: string;
  readonly address: string;
  readonly embeddings?: (modelId: string, call: EmbeddingCall) => Promise<EmbeddingModel>;
  readonly #base: BaseUrl;
  readonly #descriptor: Pick<CloudDescriptor<z.ZodType>, 'title' | 'knownEnv'> & { load(): Promise<Cloud> };
  readonly #dependencies: ProviderDependencies;

  constructor(
    descriptor: Omit<CloudDescriptor<z.ZodType>, 'load'> & { load(): Promise<Cloud> },
    dependencies: ProviderDependencies,
  ) {
    const { entry } = dependencies;
    this.id = entry.id;
    this.#descriptor = descriptor;
    this.#dependencies = dependencies;
    this.#base = normalizeBaseUrl(entry.baseUrl ?? descriptor.baseUrl, { name: `base URL of ${entry.id}` });
    this.address = this.#base.address;
    if (descriptor.canEmbed === true) this.embeddings = (modelId, call) => this.#embeddings(modelId, call);
  }

  async listModels(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const listed = await this.#withPermit((permit) => this.#list(permit, signal));
    return listed.map((model) => ({
      ...model,
      ref: toModelRef(this.id, model.modelId),
      providerId: this.id,
      locality: { value: 'cloud', origin: 'config' },
    }));
  }

  async probe(signal: AbortSignal): Promise<HealthReport> {
    const start = performance.now();
    const latency = (): { latencyMs: number } => ({ latencyMs: performance.now() - start });
    const engine = { name: this.#descriptor.title };
    try {
      const models = await this.#withPermit((permit) => this.#list(permit, signal, true));
      const { model } = this.#dependencies.entry;
      const known = { engine, isKeyProven: true, ...latency() };
      if (model === undefined || models.some(({ modelId }) => modelId === model)) {
        return { state: 'ready', detail: `${this.address}, ${models.length} models`, ...known };
      }
      return {
        state: 'misconfigured',
        code: 'E_MODEL_NOT_FOUND',
        detail: `${this.address} does not offer ${model} to this key`,
        remedy: 'choose one of its models',
        ...known,
      };
    } catch (error) {
      if (signal.aborted || !isWoosterError(error)) throw error;
      return { ...toVerdict(error), ...latency() };
    }
  }

  async chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    const attempt = this.#attempt('chat', modelId, call);
    return (await this.#descriptor.load()).chat(attempt);
  }

  async dispose(): Promise<void> {
    // The sockets belong to the HTTP client, which its maker disposes.
  }

  async #embeddings(modelId: string, call: EmbeddingCall): Promise<EmbeddingModel> {
    const attempt = this.#attempt('embed', modelId, call);
    return (await this.#descriptor.load()).embeddings!(attempt);
  }

  #attempt<Call extends CallContext>(operation: 'chat' | 'embed', model: string, call: Call): CloudAttempt<Call> {
    const apiKey = this.#key();
    const guarded = this.#dependencies.http.fetch(call.permit);
    return { place: { ...this.#place(operation), model }, base: this.#base, apiKey, guarded, call };
  }

  #place(operation: Place['operation']): Place {
    return { provider: this.id, address: this.address, operation };
  }

  #key(): Secret {
    const { apiKey, origin } = this.#dependencies.entry;
    if (apiKey !== undefined && apiKey.reveal() !== '') return apiKey;
    const [keyName] = this.#descriptor.knownEnv;
    throw new ProviderAuthError(`${this.id}: no API key; set ${keyName} or the key in ${origin}`, {
      provider: this.id,
    });
  }

  async #list(permit: CloudPermit, signal: AbortSignal, isKeyChecked = false): Promise<readonly ListedModel[]> {
    const apiKey = this.#key();
    const cloud = await this.#descriptor.load();
    const { readModels } = await import('./read-models.ts');
    const { http } = this.#dependencies;
    return readModels({
      cloud,
      base: this.#base,
      place: this.#place('models'),
      apiKey,
      http,
      permit,
      signal,
      isKeyChecked,
    });
  }

  /** The office refuses where no setting allows this cloud. */
  async #withPermit<T>(act: (permit: CloudPermit) => Promise<T>): Promise<T> {
    const { permits, entry } = this.#dependencies;
    const grantedBy = entry.permission?.origin ?? 'routing.cloud.allow';
    const permit = permits.issue({ providerId: this.id, decisionId: 'probe', grantedBy });
    try {
      return await act(permit);
    } finally {
      permits.withdraw(permit);
    }
  }
}

function toVerdict({ code, message, row }: WoosterError): Omit<HealthReport, 'latencyMs'> {
  const isDown = code === 'E_UNREACHABLE' || code === 'E_TIMEOUT' || code === 'E_PROVIDER_SERVER';
  const isBusy = code === 'E_RATE_LIMITED' || code === 'E_BUSY';
  const state = isDown ? 'down' : isBusy ? 'busy' : 'misconfigured';
  const remedy = code === 'E_PRIVACY' ? 'allow this cloud in the configuration, if you want it' : row.remedy;
  return { state, code, detail: message, remedy };
}
