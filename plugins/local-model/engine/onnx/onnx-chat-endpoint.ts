import type { ServerResponse } from 'node:http';
import type { EngineService, ServiceRoute } from '../child/engine-server.ts';
import type { Sampling } from '../child/generation-slot.ts';
import { sendJson, type ReplyWriter } from '../child/reply-writer.ts';
import { checked, refusalOf, RequestRefusal } from '../child/request-refusal.ts';
import { SlotQueue } from '../child/slot-queue.ts';
import { StopText } from '../child/stop-text.ts';
import { replyWriter } from '../child/streamed-reply.ts';
import type { OnnxChatSettings } from '../engine-messages.ts';
import { chatRequestSchema, tokenizeRequestSchema, type ChatRequest } from '../prompt/chat-request.ts';
import { checkServed, contextRefusal, maxTokensOf, penaltiesOf, stopsOf } from '../prompt/served-request.ts';
import { plainTurns } from './conversation-text.ts';
import type { OnnxLanguageModel, OnnxOutcome } from './onnx-language-model.ts';

/** Serves chat completions and token counts of one model of ONNX files, one answer at a time. Each request brings its whole conversation. */
export class OnnxChatEndpoint implements EngineService {
  readonly meta: Readonly<Record<string, unknown>>;
  readonly routes: Readonly<Record<string, ServiceRoute>>;
  readonly #language: OnnxLanguageModel;
  readonly #settings: OnnxChatSettings;
  readonly #queue: SlotQueue<OnnxLanguageModel>;

  constructor(language: OnnxLanguageModel, settings: OnnxChatSettings) {
    this.#language = language;
    this.#settings = settings;
    const { contextTokens, sizeBytes, name } = language.facts;
    this.meta = { n_ctx: contextTokens, size: sizeBytes, name, dtype: settings.dtype, chat_template: language.form };
    this.routes = {
      '/tokenize': (body, response) => sendJson(response, 200, this.#count(body)),
      '/v1/chat/completions': (body, response, signal) => this.#complete(body, response, signal),
    };
    this.#queue = new SlotQueue([language], settings.queueLimit);
  }

  /** Answers one request; an abort ends it silently, because nobody listens any more. */
  async #complete(body: unknown, response: ServerResponse, signal: AbortSignal): Promise<void> {
    const request = checked(chatRequestSchema, body);
    checkServed(request, this.#settings.modelId);
    refuseUnable(request);
    const prompt = this.#language.prompt(plainTurns(request.messages));
    const promptTokens = prompt.tokens.length;
    const room = this.#language.room(promptTokens);
    if (room < 1) throw contextRefusal(promptTokens, this.#language.facts.contextTokens);
    const writer = replyWriter(request, response, this.#settings.modelId);
    const slot = await this.#queue.acquire(([free]) => free!, signal);
    try {
      writer.open();
      const stop = new StopText([...stopsOf(request), ...prompt.stops]);
      const outcome = await slot.generate({
        prompt: prompt.tokens,
        sampling: samplingOf(request, slot),
        maxTokens: Math.min(maxTokensOf(request), room),
        signal,
        onText: (text) => {
          const shown = stop.write(text);
          if (shown !== '') writer.content(shown);
          return stop.isStopped;
        },
      });
      finish(writer, { outcome, stop, promptTokens });
    } catch (error) {
      if (!signal.aborted) writer.fail(refusalOf(error));
    } finally {
      this.#queue.release(slot);
    }
  }

  /** Counts the tokens of a text, or of a whole request exactly as a completion would see it. */
  #count(body: unknown): { count: number; n_ctx: number } {
    const request = checked(tokenizeRequestSchema, body);
    const n_ctx = this.#language.facts.contextTokens;
    if ('messages' in request && Array.isArray(request.messages)) {
      const { messages } = checked(chatRequestSchema, body);
      return { count: this.#language.prompt(plainTurns(messages)).tokens.length, n_ctx };
    }
    const text = 'text' in request ? request.text : request.content;
    return { count: this.#language.tokenize(String(text)).length, n_ctx };
  }
}

function finish(
  writer: ReplyWriter,
  { outcome, stop, promptTokens }: { outcome: OnnxOutcome; stop: StopText; promptTokens: number },
): void {
  const held = stop.end();
  if (held !== '') writer.content(held);
  writer.finish(stop.isStopped ? 'stop' : outcome.reason, {
    promptTokens,
    cachedTokens: outcome.cachedTokens,
    completionTokens: outcome.generatedTokens,
    promptMs: outcome.promptMs,
    completionMs: outcome.generationMs,
  });
}

/** Nothing holds these models to a form, so what needs one is refused rather than answered by chance. */
function refuseUnable({ tools, tool_choice: choice, response_format: format, grammar }: ChatRequest): void {
  const wantsTools = (tools ?? []).length > 0 && choice !== 'none';
  const wantsForm = (format?.type ?? 'text') !== 'text' || (grammar ?? '') !== '';
  if (!wantsTools && !wantsForm) return;
  const capability = wantsTools ? 'tools' : 'json';
  const what = wantsTools ? 'tools' : 'an answer of a given form';
  const text = `a model of ONNX files cannot do ${what}; take a GGUF model or a server for that`;
  throw new RequestRefusal(400, 'not_supported_error', text, { capability });
}

/** The caller's wish, else that of the model's own files; without one, lively for what goes on with a text and strict for an instruction. */
function samplingOf(request: ChatRequest, { ownSampling, form }: OnnxLanguageModel): Sampling {
  const own = ownSampling.do_sample === true ? ownSampling : {};
  const isStrict = ownSampling.do_sample === false || form === 'instruction';
  const lively = ownSampling.do_sample === true ? 1 : isStrict ? 0 : 0.7;
  const penalties = penaltiesOf(request);
  return {
    temperature: request.temperature ?? own.temperature ?? lively,
    topP: request.top_p ?? own.top_p ?? 0.95,
    topK: request.top_k ?? own.top_k ?? 40,
    minP: request.min_p ?? 0.05,
    seed: request.seed ?? Math.floor(Math.random() * 2 ** 31),
    ...(penalties === undefined ? {} : { penalties }),
  };
}
