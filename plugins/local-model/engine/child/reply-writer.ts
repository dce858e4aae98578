import { randomBytes } from 'node:crypto';
import type { ServerResponse } from 'node:http';
import type { RequestRefusal } from './request-refusal.ts';

/** Why an answer ended, in the words of the OpenAI wire. */
export type FinishReason = 'stop' | 'length' | 'tool_calls';

/** What an answer took. */
export interface ReplyUsage {
  readonly promptTokens: number;
  readonly cachedTokens: number;
  readonly completionTokens: number;
  readonly promptMs: number;
  readonly completionMs: number;
}

/** Takes an answer as it is made and puts it on the wire. */
export interface ReplyWriter {
  open(): void;
  content(text: string): void;
  /** Begins a call; an answer may hold several. */
  call(name: string): void;
  /** More of the arguments of the call that was begun last. */
  callArguments(text: string): void;
  finish(reason: FinishReason, usage: ReplyUsage): void;
  /** Ends the answer by an error, with its status where nothing was sent yet, else as an `error` event without `[DONE]`. */
  fail(refusal: RequestRefusal): void;
}

/** Makes the identifier of a tool call: unique, in the form clients know. */
export function callId(): string {
  return `call_${randomBytes(12).toString('hex')}`;
}

/** Sends one JSON body. */
export function sendJson(response: ServerResponse, status: number, body: unknown): void {
  if (response.headersSent || response.destroyed) return;
  const isBusy = status === 503;
  const text = JSON.stringify(body);
  response.writeHead(status, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
    ...(isBusy ? { 'retry-after': '1' } : {}),
  });
  response.end(text);
}

/** What every reply to one request carries. */
export class ReplyHead {
  readonly id = `chatcmpl-${randomBytes(12).toString('hex')}`;
  readonly created = Math.floor(Date.now() / 1000);
  readonly model: string;

  constructor(model: string) {
    this.model = model;
  }

  /** A body of this reply. */
  body(object: 'chat.completion' | 'chat.completion.chunk', rest: Record<string, unknown>): Record<string, unknown> {
    return {
      id: this.id,
      object,
      created: this.created,
      model: this.model,
      system_fingerprint: 'wooster-embedded',
      ...rest,
    };
  }
}

/** `usage` as OpenAI sends it. */
export function usageBody(usage: ReplyUsage): Record<string, unknown> {
  return {
    prompt_tokens: usage.promptTokens,
    completion_tokens: usage.completionTokens,
    total_tokens: usage.promptTokens + usage.completionTokens,
    prompt_tokens_details: { cached_tokens: usage.cachedTokens },
  };
}

/** `timings` as llama-server sends them; `prompt_n` counts evaluated tokens, `cache_n` those that needed no evaluation. */
export function timingsBody(usage: ReplyUsage): Record<string, unknown> {
  const evaluated = usage.promptTokens - usage.cachedTokens;
  return {
    cache_n: usage.cachedTokens,
    prompt_n: evaluated,
    prompt_ms: usage.promptMs,
    prompt_per_second: perSecond(evaluated, usage.promptMs),
    predicted_n: usage.completionTokens,
    predicted_ms: usage.completionMs,
    predicted_per_second: perSecond(usage.completionTokens, usage.completionMs),
  };
}

function perSecond(count: number, milliseconds: number): number {
  return milliseconds > 0 ? (count * 1000) / milliseconds : 0;
}
