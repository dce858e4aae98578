import type { ServerResponse } from 'node:http';
import {
  callId,
  type FinishReason,
  type ReplyHead,
  type ReplyUsage,
  type ReplyWriter,
  sendJson,
  timingsBody,
  usageBody,
} from './reply-writer.ts';
import type { RequestRefusal } from './request-refusal.ts';

/** Gathers an answer and sends it as one JSON body. A call that was cut by the token limit is left out: it is not a call. */
export class PlainReply implements ReplyWriter {
  readonly #response: ServerResponse;
  readonly #head: ReplyHead;
  #content = '';
  readonly #calls: { name: string; arguments: string }[] = [];

  constructor(response: ServerResponse, head: ReplyHead) {
    this.#response = response;
    this.#head = head;
  }

  open(): void {
    // Status and body go out together, at the end.
  }

  content(text: string): void {
    this.#content += text;
  }

  call(name: string): void {
    this.#calls.push({ name, arguments: '' });
  }

  callArguments(text: string): void {
    const last = this.#calls.at(-1);
    if (last !== undefined) last.arguments += text;
  }

  finish(reason: FinishReason, usage: ReplyUsage): void {
    const isCall = reason === 'tool_calls' && this.#calls.length > 0;
    const calls = this.#calls.map((call, index) => ({ index, id: callId(), type: 'function', function: call }));
    const message = {
      role: 'assistant',
      content: isCall ? null : this.#content,
      ...(isCall ? { tool_calls: calls } : {}),
    };
    const choices = [{ index: 0, message, finish_reason: reason }];
    const rest = { choices, usage: usageBody(usage), timings: timingsBody(usage) };
    sendJson(this.#response, 200, this.#head.body('chat.completion', rest));
  }

  fail(refusal: RequestRefusal): void {
    sendJson(this.#response, refusal.status, refusal.toBody());
  }
}
