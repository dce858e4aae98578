import type { ServerResponse } from 'node:http';
import type { ChatRequest } from '../prompt/chat-request.ts';
import { PlainReply } from './plain-reply.ts';
import {
  callId,
  type FinishReason,
  ReplyHead,
  type ReplyUsage,
  type ReplyWriter,
  sendJson,
  timingsBody,
  usageBody,
} from './reply-writer.ts';
import type { RequestRefusal } from './request-refusal.ts';

/** A comment goes out this often while the prompt is evaluated, so that a client sees a living connection. */
const PING_MS = 5_000;

/** The writer that a request asks for: of a stream, or of one body. */
export function replyWriter(request: ChatRequest, response: ServerResponse, modelId: string): ReplyWriter {
  const head = new ReplyHead(modelId);
  if (request.stream !== true) return new PlainReply(response, head);
  return new StreamedReply(response, head, request.stream_options?.include_usage === true);
}

/** Writes an answer as server-sent events, ended by `[DONE]`; an answer without it was cut. */
export class StreamedReply implements ReplyWriter {
  readonly #response: ServerResponse;
  readonly #head: ReplyHead;
  readonly #hasUsage: boolean;
  #calls = 0;
  #ping: NodeJS.Timeout | undefined;

  constructor(response: ServerResponse, head: ReplyHead, hasUsage: boolean) {
    this.#response = response;
    this.#head = head;
    this.#hasUsage = hasUsage;
  }

  open(): void {
    this.#response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', 'cache-control': 'no-cache' });
    this.#delta({ role: 'assistant', content: null });
    this.#ping = setInterval(() => this.#response.write(': ping\n\n'), PING_MS);
    this.#response.once('close', () => clearInterval(this.#ping));
  }

  content(text: string): void {
    this.#delta({ content: text });
  }

  call(name: string): void {
    const call = { index: this.#calls, id: callId(), type: 'function', function: { name, arguments: '' } };
    this.#calls += 1;
    this.#delta({ tool_calls: [call] });
  }

  callArguments(text: string): void {
    this.#delta({ tool_calls: [{ index: this.#calls - 1, function: { arguments: text } }] });
  }

  finish(reason: FinishReason, usage: ReplyUsage): void {
    const timings = timingsBody(usage);
    this.#event(this.#chunk([{ index: 0, delta: {}, finish_reason: reason }], this.#hasUsage ? {} : { timings }));
    if (this.#hasUsage) this.#event(this.#chunk([], { usage: usageBody(usage), timings }));
    this.#end('data: [DONE]\n\n');
  }

  fail(refusal: RequestRefusal): void {
    if (!this.#response.headersSent) {
      sendJson(this.#response, refusal.status, refusal.toBody());
      return;
    }
    this.#event(refusal.toBody());
    this.#end('');
  }

  #end(last: string): void {
    clearInterval(this.#ping);
    this.#response.end(last);
  }

  #delta(delta: Record<string, unknown>): void {
    this.#event(this.#chunk([{ index: 0, delta, finish_reason: null }], {}));
  }

  #chunk(choices: unknown[], rest: Record<string, unknown>): Record<string, unknown> {
    return this.#head.body('chat.completion.chunk', { choices, ...rest });
  }

  #event(body: unknown): void {
    this.#response.write(`data: ${JSON.stringify(body)}\n\n`);
  }
}
