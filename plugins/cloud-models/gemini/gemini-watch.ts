import type { UsageMetadata } from '@langchain/core/messages';
import { MalformedReplyError, readErrorValue } from 'wooster';
import { classifyToldFault, withheld, type Place } from '../common/call-faults.ts';
import { newCallId } from '../common/call-pieces.ts';
import type { FinishReason, ToldCall } from '../common/guarded-call.ts';
import { asFields, type Fields, type ReplyWatch } from '../common/watched-reply.ts';

/** Ends that the model did not mean; all others that are not listed are of the content filter (`FinishReason` of the API). */
const BROKEN =
  /^(MALFORMED_FUNCTION_CALL|UNEXPECTED_TOOL_CALL|TOO_MANY_TOOL_CALLS|MALFORMED_RESPONSE|OTHER|FINISH_REASON_UNSPECIFIED)$/;

/** Signatures of an answer: by the id of the call they seal, and of its text under the empty name. */
export type Signatures = Readonly<Record<string, string>>;

function count(value: unknown): number {
  return typeof value === 'number' && Number.isFinite(value) && value > 0 ? value : 0;
}

function partsOf(candidate: Fields): readonly Fields[] {
  const { parts } = asFields(candidate.content);
  return Array.isArray(parts) ? parts.map(asFields) : [];
}

/**
 * Reads what one call of Gemini's wire tells: errors and blocks, which the package passes over, usage, the end, and
 * signatures. Calls without an id, or with one that another has, get one of their own.
 */
export class GeminiWatch implements ReplyWatch, ToldCall {
  isAsked = false;
  readonly #place: Place;
  readonly #signatures: Record<string, string> = {};
  readonly #ids = new Set<string>();
  #usage: Fields = {};
  #modelName: string | undefined;
  #finishReason: FinishReason | undefined;
  #pieces = 0;

  constructor(place: Place) {
    this.#place = place;
  }

  get finishReason(): FinishReason | undefined {
    return this.#finishReason === 'stop' && this.#ids.size > 0 ? 'tool_calls' : this.#finishReason;
  }

  /** The wire has no other mark of the end. */
  get isEnded(): boolean {
    return this.#finishReason !== undefined;
  }

  get modelName(): string | undefined {
    return this.#modelName;
  }

  /** Reasoning is told beside the answer, and charged as a part of it. */
  get usage(): UsageMetadata | undefined {
    const { promptTokenCount, candidatesTokenCount, thoughtsTokenCount, cachedContentTokenCount } = this.#usage;
    if (typeof promptTokenCount !== 'number') return undefined;
    // Tokens of what tools of Google's own put into the prompt are told apart.
    const input_tokens = promptTokenCount + count(this.#usage.toolUsePromptTokenCount);
    const reasoning = count(thoughtsTokenCount);
    const output_tokens = count(candidatesTokenCount) + reasoning;
    return {
      input_tokens,
      output_tokens,
      total_tokens: input_tokens + output_tokens,
      input_token_details: { cache_read: count(cachedContentTokenCount) },
      output_token_details: { reasoning },
    };
  }

  get sealed(): Readonly<Record<string, unknown>> {
    return Object.keys(this.#signatures).length === 0 ? {} : { thought_signatures: { ...this.#signatures } };
  }

  readEvent(value: Fields): unknown {
    const error = readErrorValue('error' in value ? { error: value.error } : undefined);
    if (error !== undefined) throw classifyToldFault(error, this.#place);
    if (typeof asFields(value.promptFeedback).blockReason === 'string') throw withheld(this.#place, 0);
    if (typeof value.modelVersion === 'string') this.#modelName = value.modelVersion;
    this.#usage = { ...this.#usage, ...asFields(value.usageMetadata) };
    const [first, ...rest] = Array.isArray(value.candidates) ? value.candidates : [];
    if (first === undefined) return value;
    const candidate = asFields(first);
    const parts = partsOf(candidate).map((part) => this.#readPart(part));
    this.#readFinish(candidate.finishReason);
    return { ...value, candidates: [{ ...candidate, content: { ...asFields(candidate.content), parts } }, ...rest] };
  }

  readWhole(value: Fields): unknown {
    return this.readEvent(value);
  }

  #readPart(part: Fields): Fields {
    const { functionCall, thoughtSignature, text, thought } = part;
    if (typeof text === 'string' && text !== '') this.#pieces += 1;
    const call = functionCall === undefined ? undefined : asFields(functionCall);
    const id = call === undefined ? undefined : this.#ownId(call.id);
    if (typeof thoughtSignature === 'string' && thought !== true) this.#signatures[id ?? ''] = thoughtSignature;
    return id === undefined ? part : { ...part, functionCall: { ...call, id } };
  }

  #ownId(told: unknown): string {
    const isFree = typeof told === 'string' && told !== '' && !this.#ids.has(told);
    const id = isFree ? told : newCallId();
    this.#ids.add(id);
    return id;
  }

  #readFinish(reason: unknown): void {
    if (typeof reason !== 'string' || reason === '') return;
    if (BROKEN.test(reason)) {
      const { provider, address, model } = this.#place;
      const text = `${provider} at ${address}: the answer ended with ${reason} after ${this.#pieces} pieces; ask again`;
      throw new MalformedReplyError(text, { provider, model });
    }
    this.#finishReason = reason === 'STOP' ? 'stop' : reason === 'MAX_TOKENS' ? 'length' : 'content_filter';
  }
}
