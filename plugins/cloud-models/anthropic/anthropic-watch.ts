import type { UsageMetadata } from '@langchain/core/messages';
import { readErrorValue } from 'wooster';
import { classifyToldFault, type Place } from '../common/call-faults.ts';
import type { FinishReason, ToldCall } from '../common/guarded-call.ts';
import { asFields, type Fields, type ReplyWatch } from '../common/watched-reply.ts';

/** Anthropic's words for an end; a reason that is not listed ends an answer as `stop`. */
const FINISHES: Readonly<Record<string, FinishReason>> = {
  max_tokens: 'length',
  model_context_window_exceeded: 'length',
  tool_use: 'tool_calls',
  refusal: 'content_filter',
};

/** The tool by which an answer is given whose schema constrained output cannot say; its input is the answer. */
export const ANSWER_TOOL = 'answer_in_this_form';

/** Reasoning as Anthropic seals it; it goes back whole and unchanged, else the next turn is refused. */
export type SealedThought =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'redacted_thinking'; readonly data: string };

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function text(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** Reads what one call of Anthropic's wire tells: the error of an event, usage, the end, sealed reasoning. */
export class AnthropicWatch implements ReplyWatch, ToldCall {
  isAsked = false;
  readonly #place: Place;
  readonly #thoughts = new Map<unknown, { type: string; thinking: string; signature: string; data: string }>();
  #usage: Fields = {};
  #modelName: string | undefined;
  #finishReason: FinishReason | undefined;
  #isEnded = false;
  #hasCalls = false;
  /** Places of blocks in which the answer itself comes as the input of a tool. */
  readonly #answers = new Set<unknown>();

  constructor(place: Place) {
    this.#place = place;
  }

  get finishReason(): FinishReason | undefined {
    const isAnswer = this.#finishReason === 'tool_calls' && this.#answers.size > 0 && !this.#hasCalls;
    return isAnswer ? 'stop' : this.#finishReason;
  }

  get isEnded(): boolean {
    return this.#isEnded;
  }

  get modelName(): string | undefined {
    return this.#modelName;
  }

  /** Its input is told in three parts: new, read from what was kept, and newly kept. */
  get usage(): UsageMetadata | undefined {
    const { input_tokens, output_tokens, cache_read_input_tokens, cache_creation_input_tokens } = this.#usage;
    if (typeof input_tokens !== 'number' || typeof output_tokens !== 'number') return undefined;
    const [cache_read, cache_creation] = [count(cache_read_input_tokens), count(cache_creation_input_tokens)];
    const input = count(input_tokens) + cache_read + cache_creation;
    const thinking = count(asFields(this.#usage.output_tokens_details).thinking_tokens);
    return {
      input_tokens: input,
      output_tokens,
      total_tokens: input + output_tokens,
      input_token_details: { cache_read, cache_creation },
      ...(thinking > 0 && { output_token_details: { reasoning: thinking } }),
    };
  }

  get sealed(): Readonly<Record<string, unknown>> {
    const whole = [...this.#thoughts.values()].flatMap(({ type, thinking, signature, data }): SealedThought[] => {
      if (type === 'redacted_thinking') return [{ type, data }];
      return signature === '' ? [] : [{ type: 'thinking', thinking, signature }];
    });
    return whole.length === 0 ? {} : { sealed_thoughts: whole };
  }

  readEvent(value: Fields): unknown {
    if (value.type === 'error') this.#throwError(value);
    if (value.type === 'message_start') this.#readMessage(asFields(value.message));
    if (value.type === 'content_block_start') {
      const block = asFields(value.content_block);
      this.#readBlock(value.index, block);
      if (this.#answers.has(value.index)) return { ...value, content_block: { type: 'text', text: '' } };
    }
    if (value.type === 'content_block_delta') {
      const delta = asFields(value.delta);
      this.#readDelta(value.index, delta);
      if (this.#answers.has(value.index)) {
        return { ...value, delta: { type: 'text_delta', text: text(delta.partial_json) } };
      }
    }
    if (value.type === 'message_stop') this.#isEnded = true;
    if (value.type === 'message_delta') {
      this.#readUsage(value.usage);
      this.#readFinish(asFields(value.delta).stop_reason);
      // The package reads usage off each of these, and fails where there is none.
      return { ...value, usage: { output_tokens: 0, ...asFields(value.usage) } };
    }
    return value;
  }

  readWhole(value: Fields): unknown {
    if (value.type === 'error') this.#throwError(value);
    this.#readMessage(value);
    this.#isEnded = true;
    const blocks: readonly unknown[] = Array.isArray(value.content) ? value.content : [];
    for (const [index, block] of blocks.entries()) this.#readBlock(index, asFields(block));
    const content = blocks.map((block, index) =>
      this.#answers.has(index) ? { type: 'text', text: JSON.stringify(asFields(block).input) } : block,
    );
    return { ...value, content };
  }

  #throwError(value: Fields): never {
    const error = readErrorValue({ error: value.error }) ?? { message: 'an error without a word', numbers: {} };
    throw classifyToldFault(error, this.#place);
  }

  #readMessage(message: Fields): void {
    this.#modelName = text(message.model) || this.#modelName;
    this.#readUsage(message.usage);
    this.#readFinish(message.stop_reason);
  }

  #readFinish(reason: unknown): void {
    if (typeof reason === 'string' && reason !== '') this.#finishReason = FINISHES[reason] ?? 'stop';
  }

  /** Counts within a stream are of all that was said so far; proxies tell the input at the end only. */
  #readUsage(told: unknown): void {
    const counted = Object.entries(asFields(told)).filter(([, value]) => value !== null && value !== undefined);
    this.#usage = { ...this.#usage, ...Object.fromEntries(counted) };
  }

  #readBlock(index: unknown, { type, name, thinking, signature, data }: Fields): void {
    if (type === 'tool_use' && name === ANSWER_TOOL) this.#answers.add(index);
    else if (type === 'tool_use') this.#hasCalls = true;
    if (type !== 'thinking' && type !== 'redacted_thinking') return;
    this.#thoughts.set(index, { type, thinking: text(thinking), signature: text(signature), data: text(data) });
  }

  #readDelta(index: unknown, { thinking, signature }: Fields): void {
    const thought = this.#thoughts.get(index);
    if (thought === undefined) return;
    thought.thinking += text(thinking);
    thought.signature += text(signature);
  }
}
