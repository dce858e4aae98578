import type { ServerResponse } from 'node:http';
import type { LlamaGrammar } from 'node-llama-cpp';
import type { ChatSettings, LoadedModel } from '../engine-messages.ts';
import { chatRequestSchema, tokenizeRequestSchema, type ChatRequest } from '../prompt/chat-request.ts';
import { WORDS_GRAMMAR } from '../grammar/tool-grammar.ts';
import { planReply, type ReplyPlan } from '../prompt/reply-plan.ts';
import { checkServed, contextRefusal, maxTokensOf, penaltiesOf, stopsOf } from '../prompt/served-request.ts';
import { runText, runTools } from './answer-run.ts';
import { CallGauge } from './calls/call-gauge.ts';
import { GenerationSlot, type Sampling } from './generation-slot.ts';
import type { LanguageModel, RenderedPrompt } from './language-model.ts';
import type { EngineService, ServiceRoute } from './engine-server.ts';
import { sendJson } from './reply-writer.ts';
import { checked, refusalOf, RequestRefusal } from './request-refusal.ts';
import { SlotQueue } from './slot-queue.ts';
import { replyWriter } from './streamed-reply.ts';

/** Serves chat completions and token counts of one loaded model. Each request brings its whole conversation. */
export class ChatEndpoint implements EngineService {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly routes: Readonly<Record<string, ServiceRoute>>;
  readonly #language: LanguageModel;
  readonly #settings: ChatSettings;
  readonly #queue: SlotQueue<GenerationSlot>;
  readonly #gauge = new CallGauge();

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
    checkServed(request, this.#settings.modelId);
    const plan = planReply(request);
    const prompt = this.#prompt(plan);
    const writer = replyWriter(request, response, this.#settings.modelId);
    const grammars = await this.#grammars(plan);
    const slot = await this.#queue.acquire((free) => mostReusable(free, prompt), signal);
    const cachedTokens = slot.reusable(prompt.tokens);
    try {
      writer.open();
      const room = this.#language.facts.contextTokens - prompt.tokens.length;
      const run = plan.kind === 'tools' ? runTools : runText;
      const sampling = samplingOf(request, plan);
      const wordsPrompt = plan.wordsHistory === undefined ? prompt : this.#language.render(plan.wordsHistory);
      const maxTokens = Math.min(maxTokensOf(request), room);
      await run({
        language: this.#language,
        gauge: this.#gauge,
        slot,
        plan,
        prompt,
        wordsPrompt,
        promptTokens: prompt.tokens.length,
        cachedTokens,
        sampling,
        maxTokens,
        stops: stopsOf(request),
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

  #prompt(plan: ReplyPlan): RenderedPrompt {
    const prompt = this.#language.render(plan.history);
    const limit = this.#language.facts.contextTokens;
    const count = prompt.tokens.length;
    if (count < limit) return prompt;
    throw contextRefusal(count, limit);
  }

  async #grammars(plan: ReplyPlan): Promise<{ grammar?: LlamaGrammar; words?: LlamaGrammar }> {
    if (plan.kind === 'tools') return { words: await this.#language.grammar(WORDS_GRAMMAR) };
    return plan.grammar === undefined ? {} : { grammar: await this.#compile(plan.grammar, plan.looseGrammar) };
  }

  async #compile(text: string, loose: string | undefined): Promise<LlamaGrammar> {
    try {
      return await this.#language.grammar(text, loose);
    } catch {
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
  const penalties = penaltiesOf(request);
  return {
    temperature: request.temperature ?? (plan.kind === 'text' && plan.grammar === undefined ? 0.7 : 0),
    topP: request.top_p ?? 0.95,
    topK: request.top_k ?? 40,
    minP: request.min_p ?? 0.05,
    seed: request.seed ?? Math.floor(Math.random() * 2 ** 31),
    ...(penalties === undefined ? {} : { penalties }),
  };
}
