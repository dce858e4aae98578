import type { ServerResponse } from 'node:http';
import type { LlamaGrammar } from 'node-llama-cpp';
import type { ChatSettings, LoadedModel } from '../engine-messages.ts';
import { chatRequestSchema, tokenizeRequestSchema, type ChatRequest } from '../prompt/chat-request.ts';
import { WORDS_GRAMMAR } from '../grammar/tool-grammar.ts';
import { planReply, type ReplyPlan } from '../prompt/reply-plan.ts';
import { runText, runTools } from './answer-run.ts';
import { GenerationSlot, type Sampling } from './generation-slot.ts';
import type { LanguageModel, RenderedPrompt } from './language-model.ts';
import { PlainReply } from './plain-reply.ts';
import type { EngineService, ServiceRoute } from './engine-server.ts';
import { ReplyHead, sendJson, type ReplyWriter } from './reply-writer.ts';
import { checked, refusalOf, RequestRefusal } from './request-refusal.ts';
import { SlotQueue } from './slot-queue.ts';
import { StreamedReply } from './streamed-reply.ts';

/** Answers without a limit of their own end here: a small model that loops would otherwise fill the whole window. */
const DEFAULT_MAX_TOKENS = 2_048;

/** Serves chat completions and token counts of one loaded model. Each request brings its whole conversation. */
export class ChatEndpoint implements EngineService {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly routes: Readonly<Record<string, ServiceRoute>>;
  readonly #language: LanguageModel;
  readonly #settings: ChatSettings;
  readonly #queue: SlotQueue<GenerationSlot>;

  constructor(language: LanguageModel, settings: ChatSettings) {
    this.#language = language;
    this.#settings = settings;
    this.meta = metaOf(language.facts);
    this.routes = {
      '/tokenize': (body, response) => sendJson(response, 200, this.countTokens(body)),
      '/v1/chat/completions': (body, response, signal) => this.complete(body, response, signal),
    };
    const slots = Array.from({ length: settings.slots }, () => new GenerationSlot(language));
    this.#queue = new SlotQueue(slots, settings.queueLimit);
  }

  /** Answers one request; an abort ends it silently, because nobody listens any more. */
  async complete(body: unknown, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const request = checked(chatRequestSchema, body);
    this.#checkModel(request);
    const plan = planReply(request);
    const prompt = this.#prompt(plan);
    const writer = this.#writer(request, response);
    const grammars = await this.#grammars(plan);
    const slot = await this.#queue.acquire((free) => mostReusable(free, prompt), signal);
    const cachedTokens = slot.reusable(prompt.tokens);
    try {
      writer.open();
      const room = this.#language.facts.contextTokens - prompt.tokens.length;
      const limit = request.max_completion_tokens ?? request.max_tokens ?? DEFAULT_MAX_TOKENS;
      const stops = typeof request.stop === 'string' ? [request.stop] : (request.stop ?? []);
      const run = plan.kind === 'tools' ? runTools : runText;
      const sampling = samplingOf(request, plan);
      const wordsPrompt = plan.wordsHistory === undefined ? prompt : this.#language.render(plan.wordsHistory);
      const maxTokens = Math.min(limit, room);
      await run({
        slot,
        plan,
        prompt,
        wordsPrompt,
        promptTokens: prompt.tokens.length,
        cachedTokens,
        sampling,
        maxTokens,
        stops,
        ...grammars,
        writer,
        signal,
      });
    } catch (error) {
      if (!signal.aborted) writer.fail(refusalOf(error));
    } finally {
      this.#queue.release(slot);
    }
  }

  /** Counts the tokens of a text, or of a whole request exactly as a completion would see it. */
  countTokens(body: unknown): { count: number; n_ctx: number } {
    const request = checked(tokenizeRequestSchema, body);
    const n_ctx = this.#language.facts.contextTokens;
    if ('messages' in request && Array.isArray(request.messages)) {
      const { tokens } = this.#language.render(planReply(checked(chatRequestSchema, body)).history);
      return { count: tokens.length, n_ctx };
    }
    const text = 'text' in request ? request.text : request.content;
    return { count: this.#language.model.tokenize(String(text)).length, n_ctx };
  }

  #checkModel({ model, n }: ChatRequest): void {
    if (typeof model === 'string' && model !== '' && model !== this.#settings.modelId) {
      const message = `model '${model}' is not served here; this engine serves '${this.#settings.modelId}'`;
      throw new RequestRefusal(404, 'not_found_error', message);
    }
    if (typeof n === 'number' && n !== 1) throw new RequestRefusal(400, 'invalid_request_error', 'n must be 1');
  }

  #prompt(plan: ReplyPlan): RenderedPrompt {
    const prompt = this.#language.render(plan.history);
    const limit = this.#language.facts.contextTokens;
    const count = prompt.tokens.length;
    if (count < limit) return prompt;
    const message = `request (${count} tokens) exceeds the available context size (${limit} tokens), try increasing it`;
    throw new RequestRefusal(400, 'exceed_context_size_error', message, { n_prompt_tokens: count, n_ctx: limit });
  }

  #writer(request: ChatRequest, response: ServerResponse): ReplyWriter {
    const head = new ReplyHead(this.#settings.modelId);
    if (request.stream !== true) return new PlainReply(response, head);
    return new StreamedReply(response, head, request.stream_options?.include_usage === true);
  }

  async #grammars(plan: ReplyPlan): Promise<{ grammar?: LlamaGrammar; words?: LlamaGrammar }> {
    if (plan.grammar === undefined) return {};
    const grammar = await this.#compile(plan.grammar, plan.looseGrammar);
    return plan.kind === 'text' ? { grammar } : { grammar, words: await this.#language.grammar(WORDS_GRAMMAR) };
  }

  async #compile(text: string, loose: string | undefined): Promise<LlamaGrammar> {
    try {
      return await this.#language.grammar(text);
    } catch {
      if (loose !== undefined) return this.#language.grammar(loose);
      throw new RequestRefusal(400, 'invalid_request_error', 'the grammar is not valid GBNF');
    }
  }
}

/** Names as in the model list of llama-server where it has them. */
function metaOf(model: LoadedModel): Readonly<Record<string, unknown>> {
  return {
    n_ctx: model.contextTokens,
    n_ctx_train: model.trainedContextTokens,
    n_params: model.parameters,
    size: model.sizeBytes,
    name: model.name,
    chat_template: model.chatTemplate,
  };
}

function mostReusable(free: readonly GenerationSlot[], prompt: RenderedPrompt): GenerationSlot {
  const ranked = free.map((slot) => ({ slot, reusable: slot.reusable(prompt.tokens) }));
  const best = ranked.reduce((first, second) => (second.reusable > first.reusable ? second : first));
  return best.slot;
}

/** Without a wish of the caller: lively words, but the likeliest tool, call and JSON. */
function samplingOf(request: ChatRequest, plan: ReplyPlan): Sampling {
  const { repeat_penalty: repeat, frequency_penalty: frequency, presence_penalty: presence } = request;
  const hasPenalties = [repeat, frequency, presence].some((value) => typeof value === 'number');
  return {
    temperature: request.temperature ?? (plan.grammar === undefined ? 0.7 : 0),
    topP: request.top_p ?? 0.95,
    topK: request.top_k ?? 40,
    minP: request.min_p ?? 0.05,
    seed: request.seed ?? Math.floor(Math.random() * 2 ** 31),
    ...(hasPenalties ? { penalties: { repeat: repeat ?? 1, frequency: frequency ?? 0, presence: presence ?? 0 } } : {}),
  };
}
