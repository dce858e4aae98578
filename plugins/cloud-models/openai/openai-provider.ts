import {
  classifyFault,
  defineProvider,
  isWoosterError,
  MalformedReplyError,
  normalizeBaseUrl,
  parseJson,
  ProviderAuthError,
  readErrorText,
  readRetryAfter,
  type Secret,
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
  type WoosterError,
} from 'wooster';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { z } from 'zod';
import type { Place } from './openai-errors.ts';

const BASE_URL = 'https://api.openai.com/v1';
const LIST_LIMITS = { connectMs: 5_000, headersMs: 10_000 };

/** Families that the list names beside chat models. */
const EMBEDDING = /^text-embedding-/;
const NO_CHAT = /^(text-embedding-|whisper|tts-|dall-e|gpt-image|omni-moderation|text-moderation|sora|babbage|davinci)/;

const listSchema = z.looseObject({ data: z.array(z.looseObject({ id: z.string().min(1) })) });

/** OpenAI, or what speaks its wire at a configured address in a cloud. */
export const openai = defineProvider({
  id: 'openai',
  title: 'OpenAI',
  locality: 'cloud',
  settings: z.strictObject({}),
  knownEnv: ['OPENAI_API_KEY', 'OPENAI_BASE_URL', 'OPENAI_MODEL'],
  defaultBaseUrl: BASE_URL,
  create: (_, dependencies) => new OpenAIProvider(dependencies),
});

class OpenAIProvider implements Provider {
  readonly id: string;
  readonly address: string;
  readonly #base: BaseUrl;
  readonly #dependencies: ProviderDependencies;

  constructor(dependencies: ProviderDependencies) {
    const { entry } = dependencies;
    this.id = entry.id;
    this.#dependencies = dependencies;
    this.#base = normalizeBaseUrl(entry.baseUrl ?? BASE_URL, { name: `base URL of ${entry.id}` });
    this.address = this.#base.address;
  }

  async listModels(signal: AbortSignal): Promise<readonly ModelInfo[]> {
    const ids = await this.#list(signal);
    return ids.map((modelId): ModelInfo => {
      const canChat = !NO_CHAT.test(modelId);
      return {
        ref: toModelRef(this.id, modelId),
        providerId: this.id,
        modelId,
        capabilities: {
          chat: { value: canChat, origin: 'catalogue' },
          embed: { value: EMBEDDING.test(modelId), origin: 'catalogue' },
          ...(canChat ? {} : { tools: { value: false, origin: 'catalogue' } as const }),
        },
        locality: { value: 'cloud', origin: 'config' },
      };
    });
  }

  async probe(signal: AbortSignal): Promise<HealthReport> {
    const start = performance.now();
    const latency = (): { latencyMs: number } => ({ latencyMs: performance.now() - start });
    const engine = { name: 'OpenAI' };
    try {
      const models = await this.#list(signal);
      const { model } = this.#dependencies.entry;
      if (model === undefined || models.includes(model)) {
        const detail = `${this.address}, ${models.length} models`;
        return { state: 'ready', engine, detail, isKeyProven: true, ...latency() };
      }
      const detail = `${this.address} does not offer ${model} to this key`;
      const remedy = 'choose one of its models';
      return {
        state: 'misconfigured',
        code: 'E_MODEL_NOT_FOUND',
        engine,
        detail,
        remedy,
        isKeyProven: true,
        ...latency(),
      };
    } catch (error) {
      if (signal.aborted || !isWoosterError(error)) throw error;
      return { ...toVerdict(error), ...latency() };
    }
  }

  async chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    const apiKey = this.#key();
    const { OpenAIChatModel } = await import('./openai-chat-model.ts');
    const guarded = this.#dependencies.http.fetch(call.permit);
    const place = { ...this.#place('chat'), model: modelId };
    return new OpenAIChatModel({ place, baseUrl: this.#base.api, apiKey, guarded, call });
  }

  async embeddings(modelId: string, call: EmbeddingCall): Promise<EmbeddingModel> {
    const apiKey = this.#key();
    const { openOpenAIEmbeddings } = await import('./openai-embedding-model.ts');
    const guarded = this.#dependencies.http.fetch(call.permit);
    const place = { ...this.#place('embed'), model: modelId };
    return openOpenAIEmbeddings({ place, baseUrl: this.#base.api, apiKey, guarded, call });
  }

  async dispose(): Promise<void> {
    // The sockets belong to the HTTP client, which its maker disposes.
  }

  #place(operation: Place['operation']): Place {
    return { provider: this.id, address: this.address, operation };
  }

  #key(): Secret {
    const { apiKey, origin } = this.#dependencies.entry;
    if (apiKey !== undefined && apiKey.reveal() !== '') return apiKey;
    throw new ProviderAuthError(`${this.id}: no API key; set OPENAI_API_KEY or the key in ${origin}`, {
      provider: this.id,
    });
  }

  /** The office refuses where no setting allows this cloud. */
  #probePermit(): CloudPermit {
    const { permits, entry } = this.#dependencies;
    const grantedBy = entry.permission?.origin ?? 'routing.cloud.allow';
    return permits.issue({ providerId: this.id, decisionId: 'probe', grantedBy });
  }

  async #list(signal: AbortSignal): Promise<readonly string[]> {
    const permit = this.#probePermit();
    try {
      return await this.#listWith(permit, signal);
    } finally {
      this.#dependencies.permits.withdraw(permit);
    }
  }

  async #listWith(permit: CloudPermit, signal: AbortSignal): Promise<readonly string[]> {
    const key = this.#key().reveal();
    const reply = await this.#dependencies.http.request({
      method: 'GET',
      url: `${this.#base.api}/models`,
      headers: { authorization: `Bearer ${key}` },
      limits: LIST_LIMITS,
      signal,
      permit,
    });
    const text = await reply.text(4 * 1024 * 1024);
    if (reply.status !== 200) {
      const error = readErrorText(text);
      const message = error.message.replaceAll(key, '[secret]');
      const retryAfterMs = readRetryAfter(reply.headers, Date.now(), reply.status);
      throw classifyFault({
        ...this.#place('models'),
        status: reply.status,
        error: { ...error, message },
        retryAfterMs,
      });
    }
    const list = listSchema.safeParse(parseJson(text));
    if (list.success) return list.data.data.map(({ id }) => id);
    throw new MalformedReplyError(`${this.id} at ${this.address}: no list of models; check the base URL`, {
      provider: this.id,
    });
  }
}

function toVerdict({ code, message, row }: WoosterError): Omit<HealthReport, 'latencyMs'> {
  const isDown = code === 'E_UNREACHABLE' || code === 'E_TIMEOUT' || code === 'E_PROVIDER_SERVER';
  const isBusy = code === 'E_RATE_LIMITED' || code === 'E_BUSY';
  const state = isDown ? 'down' : isBusy ? 'busy' : 'misconfigured';
  const remedy = code === 'E_PRIVACY' ? 'allow this cloud in the configuration, if you want it' : row.remedy;
  return { state, code, detail: message, remedy };
}
