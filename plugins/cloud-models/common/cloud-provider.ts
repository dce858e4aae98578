import {
  isWoosterError,
  MalformedReplyError,
  normalizeBaseUrl,
  parseJson,
  ProviderAuthError,
  type BaseUrl,
  type CallContext,
  type CloudPermit,
  type EmbeddingCall,
  type EmbeddingModel,
  type HealthReport,
  type ModelInfo,
  type Provider,
  type ProviderDependencies,
  type Secret,
  toModelRef,
  type WoosterError,
} from 'wooster';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { Place } from './call-faults.ts';
import { readRefusal, type KeyWire } from './keyed-fetch.ts';

const LIST_LIMITS = { connectMs: 5_000, headersMs: 10_000 };
const LIST_BYTES = 16 * 1024 * 1024;

/** A list that goes on for longer is none. */
const MOST_PAGES = 40;

/** What a list of models tells of one. */
export type ListedModel = Omit<ModelInfo, 'ref' | 'providerId' | 'locality'>;

/** One page of a list of models. */
export interface ModelPage {
  readonly models: readonly ListedModel[];
  /** Path and query of the next page. */
  readonly next?: string;
}

/** What one attempt at a cloud is made of. */
export interface CloudAttempt<Call extends CallContext = CallContext> {
  readonly place: Place & { readonly model: string };
  readonly base: BaseUrl;
  readonly apiKey: Secret;
  /** `fetch` of the guarded client, bound to the permit of this attempt. */
  readonly guarded: typeof globalThis.fetch;
  readonly call: Call;
}

/** What one cloud does differently. */
export interface Cloud {
  readonly title: string;
  /** The name under which users have its key. */
  readonly keyName: string;
  readonly baseUrl: string;
  readonly wire: KeyWire;
  /** Besides the key, for what is asked without the client package. */
  readonly headers?: Readonly<Record<string, string>>;
  /** What comes before the paths, where it is not the root of the address. */
  readonly rootOf?: (base: BaseUrl) => string;
  /** Path and query of the first page of the list of models. */
  readonly modelsPath: string;
  /** One page; undefined when it is none. */
  readonly readPage: (page: unknown) => ModelPage | undefined;
  /** A route that refuses a wrong key, where the list of models does not. */
  readonly keyPath?: string;
  readonly chat: (attempt: CloudAttempt) => Promise<BaseChatModel>;
  readonly embeddings?: (attempt: CloudAttempt<EmbeddingCall>) => Promise<EmbeddingModel>;
}

/** A cloud behind the contract: lists and probes with a permit of its own, chats and embeds with that of the attempt. */
export class CloudProvider implements Provider {
  readonly id: string;
  readonly address: string;
  readonly embeddings?: (modelId: string, call: EmbeddingCall) => Promise<EmbeddingModel>;
  readonly #base: BaseUrl;
  readonly #cloud: Cloud;
  readonly #dependencies: ProviderDependencies;

  constructor(cloud: Cloud, dependencies: ProviderDependencies) {
    const { entry } = dependencies;
    this.id = entry.id;
    this.#cloud = cloud;
    this.#dependencies = dependencies;
    this.#base = normalizeBaseUrl(entry.baseUrl ?? cloud.baseUrl, { name: `base URL of ${entry.id}` });
    this.address = this.#base.address;
    const { embeddings } = cloud;
    if (embeddings !== undefined) {
      this.embeddings = async (modelId, call) => embeddings(this.#attempt('embed', modelId, call));
    }
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
    const engine = { name: this.#cloud.title };
    try {
      const models = await this.#withPermit(async (permit) => {
        await this.#checkKey(permit, signal);
        return this.#list(permit, signal);
      });
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
    return this.#cloud.chat(this.#attempt('chat', modelId, call));
  }

  async dispose(): Promise<void> {
    // The sockets belong to the HTTP client, which its maker disposes.
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
    throw new ProviderAuthError(`${this.id}: no API key; set ${this.#cloud.keyName} or the key in ${origin}`, {
      provider: this.id,
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

  async #list(permit: CloudPermit, signal: AbortSignal): Promise<readonly ListedModel[]> {
    const models: ListedModel[] = [];
    const seen = new Set<string>();
    let path: string | undefined = this.#cloud.modelsPath;
    while (path !== undefined && seen.size < MOST_PAGES && !seen.has(path)) {
      seen.add(path);
      const page: ModelPage | undefined = this.#cloud.readPage(await this.#get(path, permit, signal));
      if (page === undefined) {
        throw new MalformedReplyError(`${this.id} at ${this.address}: no list of models; check the base URL`, {
          provider: this.id,
        });
      }
      models.push(...page.models);
      path = page.next;
    }
    return models;
  }

  async #checkKey(permit: CloudPermit, signal: AbortSignal): Promise<void> {
    const { keyPath } = this.#cloud;
    if (keyPath !== undefined) await this.#get(keyPath, permit, signal);
  }

  async #get(path: string, permit: CloudPermit, signal: AbortSignal): Promise<unknown> {
    const { headers = {}, wire, rootOf } = this.#cloud;
    const apiKey = this.#key();
    const [name, value] = wire.sign(apiKey.reveal());
    const reply = await this.#dependencies.http.request({
      method: 'GET',
      url: `${rootOf?.(this.#base) ?? this.#base.root}${path}`,
      headers: { ...headers, [name]: value },
      limits: LIST_LIMITS,
      signal,
      permit,
    });
    const text = await reply.text(LIST_BYTES);
    if (reply.status === 200) return parseJson(text);
    const refused = { status: reply.status, headers: reply.headers, text };
    throw readRefusal(refused, { place: this.#place('models'), apiKey, wire });
  }
}

function toVerdict({ code, message, row }: WoosterError): Omit<HealthReport, 'latencyMs'> {
  const isDown = code === 'E_UNREACHABLE' || code === 'E_TIMEOUT' || code === 'E_PROVIDER_SERVER';
  const isBusy = code === 'E_RATE_LIMITED' || code === 'E_BUSY';
  const state = isDown ? 'down' : isBusy ? 'busy' : 'misconfigured';
  const remedy = code === 'E_PRIVACY' ? 'allow this cloud in the configuration, if you want it' : row.remedy;
  return { state, code, detail: message, remedy };
}
