import { setTimeout as delay } from 'node:timers/promises';
import type { EmbeddedEngine } from '../../plugins/local-model/engine/embedded-engine.ts';

/** Pieces of text after which an answer is read no further. */
const PIECES_IN_WORDS = 12;

/** A prompt and the tool it needs, if any. */
export interface ToolCase {
  readonly prompt: string;
  readonly tool?: string;
}

/** What the model did with a prompt. */
export interface ToolResult {
  readonly prompt: string;
  readonly wanted: string | undefined;
  readonly called: string | undefined;
  readonly text: string;
  /** A call has parsable arguments and an identifier; an answer has words. */
  readonly isValid: boolean;
}

interface WireUsage {
  readonly prompt_tokens: number;
  readonly completion_tokens: number;
}

interface WireCompletion {
  readonly choices: readonly [
    {
      readonly finish_reason: string;
      readonly message: {
        readonly content: string | null;
        readonly tool_calls?: readonly { id: string; function: { name: string; arguments: string } }[];
      };
    },
  ];
  readonly usage: WireUsage;
  readonly timings: { readonly cache_n: number };
}

/** What a streamed answer amounted to. */
export interface StreamedAnswer {
  content: string;
  toolName: string | undefined;
  toolArguments: string;
  toolId: string;
  pieces: number;
  finishReason: string | undefined;
  usage: WireUsage | undefined;
  isDone: boolean;
  firstTokenMs: number;
}

/** Talks to a running engine over its wire, as a client would. */
export class EmbeddedConversation {
  readonly #engine: EmbeddedEngine;
  #baseUrl = '';
  #apiKey = '';

  constructor(engine: EmbeddedEngine) {
    this.#engine = engine;
  }

  /** Waits for the engine and takes its address. */
  async start(): Promise<void> {
    const { baseUrl, apiKey } = await this.#engine.endpoint(AbortSignal.timeout(120_000));
    this.#baseUrl = baseUrl;
    this.#apiKey = apiKey;
  }

  async post(
    body: unknown,
    apiKey = this.#apiKey,
  ): Promise<{ status: number; body: { error?: Record<string, unknown> } }> {
    const response = await this.#send('/v1/chat/completions', body, { apiKey });
    return { status: response.status, body: (await response.json()) as { error?: Record<string, unknown> } };
  }

  async complete(body: Record<string, unknown>): Promise<WireCompletion> {
    const response = await this.#send('/v1/chat/completions', body);
    if (response.status !== 200) throw new Error(await response.text());
    return (await response.json()) as WireCompletion;
  }

  async count(body: unknown): Promise<{ count: number }> {
    return (await (await this.#send('/tokenize', body)).json()) as { count: number };
  }

  /** Kills the child of the engine at the first piece of an answer; the answer as it ended, once the engine has noticed. */
  async streamKilled(body: Record<string, unknown>): Promise<PromiseSettledResult<StreamedAnswer>> {
    const state = this.#engine.state();
    if (state.kind !== 'ready') throw new Error(`the engine is ${state.kind}`);
    const { pid } = state;
    const [ended] = await Promise.allSettled([this.stream(body, () => process.kill(pid, 'SIGKILL'))]);
    const hasNoticed = (): boolean => {
      const now = this.#engine.state();
      return now.kind !== 'ready' || now.pid !== pid;
    };
    // The connection breaks before the end of the process is told.
    for (const deadline = performance.now() + 10_000; !hasNoticed(); await delay(5)) {
      if (performance.now() > deadline) throw new Error('the engine has not noticed that its child ended');
    }
    return ended;
  }

  /** Reads a stream to its end; rejects where it breaks off without `[DONE]`. */
  async stream(body: Record<string, unknown>, onFirstToken?: () => void): Promise<StreamedAnswer> {
    const startedMs = performance.now();
    const response = await this.#send('/v1/chat/completions', {
      ...body,
      stream: true,
      stream_options: { include_usage: true },
    });
    const answer = emptyAnswer();
    for await (const data of events(response)) {
      take(data, answer);
      if (answer.firstTokenMs > 0 || (answer.content === '' && answer.toolName === undefined)) continue;
      answer.firstTokenMs = performance.now() - startedMs;
      onFirstToken?.();
    }
    if (!answer.isDone) throw new Error('the stream ended without [DONE]');
    return answer;
  }

  async leaveAfterFirstToken(body: Record<string, unknown>): Promise<void> {
    await this.#streamUntil(body, ({ content }) => content !== '');
  }

  async judge({ prompt, tool }: ToolCase, tools: unknown): Promise<ToolResult> {
    const messages = [{ role: 'user', content: prompt }];
    const answer = await this.#streamUntil({ messages, tools, max_tokens: 120 }, isInWords);
    const isCall = answer.toolName !== undefined;
    const isValid = isCall
      ? answer.toolId !== '' && answer.finishReason === 'tool_calls' && JSON.parse(answer.toolArguments) !== null
      : answer.content !== '' && (answer.isDone || isInWords(answer));
    const shown = (isCall ? answer.toolArguments : answer.content).slice(0, 80);
    return { prompt, wanted: tool, called: answer.toolName, text: JSON.stringify(shown), isValid };
  }

  callOf(name: string, values: unknown): unknown {
    const call = { id: 'call_1', type: 'function', function: { name, arguments: JSON.stringify(values) } };
    return { role: 'assistant', content: null, tool_calls: [call] };
  }

  /** Reads a stream until it is enough, and leaves. */
  async #streamUntil(
    body: Record<string, unknown>,
    isEnough: (answer: StreamedAnswer) => boolean,
  ): Promise<StreamedAnswer> {
    const leaving = new AbortController();
    const response = await this.#send('/v1/chat/completions', { ...body, stream: true }, { signal: leaving.signal });
    const answer = emptyAnswer();
    for await (const data of events(response)) {
      take(data, answer);
      if (isEnough(answer)) break;
    }
    leaving.abort();
    return answer;
  }

  #send(
    path: string,
    body: unknown,
    { apiKey = this.#apiKey, signal }: { apiKey?: string; signal?: AbortSignal } = {},
  ): Promise<Response> {
    return fetch(new URL(path, this.#baseUrl), {
      method: 'POST',
      headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
      body: JSON.stringify(body),
      ...(signal === undefined ? {} : { signal }),
    });
  }
}

/** The engine decides first between a call and words: what began in words becomes no call, and its rest proves nothing. */
function isInWords({ content, toolName, pieces }: StreamedAnswer): boolean {
  return toolName === undefined && content.trim() !== '' && pieces >= PIECES_IN_WORDS;
}

function emptyAnswer(): StreamedAnswer {
  return {
    content: '',
    toolName: undefined,
    toolArguments: '',
    toolId: '',
    pieces: 0,
    finishReason: undefined,
    usage: undefined,
    isDone: false,
    firstTokenMs: 0,
  };
}

interface WireChunk {
  readonly choices: readonly {
    finish_reason: string | null;
    delta: {
      content?: string | null;
      tool_calls?: readonly { index: number; id?: string; function: { name?: string; arguments?: string } }[];
    };
  }[];
  readonly usage?: WireUsage;
}

function take(data: string, answer: StreamedAnswer): void {
  if (data === '[DONE]') {
    answer.isDone = true;
    return;
  }
  const chunk = JSON.parse(data) as WireChunk;
  answer.usage ??= chunk.usage;
  const [choice] = chunk.choices;
  if (choice === undefined) return;
  answer.finishReason ??= choice.finish_reason ?? undefined;
  answer.content += choice.delta.content ?? '';
  if (choice.delta.content) answer.pieces += 1;
  for (const call of choice.delta.tool_calls ?? []) {
    // What the cases ask for is the first call.
    if (call.index > 0) continue;
    answer.toolName ??= call.function.name;
    answer.toolId ||= call.id ?? '';
    answer.toolArguments += call.function.arguments ?? '';
  }
}

async function* events(response: Response): AsyncGenerator<string> {
  if (response.status !== 200 || response.body === null) throw new Error(await response.text());
  let held = '';
  const decoder = new TextDecoder();
  for await (const bytes of response.body) {
    held += decoder.decode(bytes, { stream: true });
    const frames = held.split('\n\n');
    held = frames.pop() ?? '';
    for (const frame of frames) if (frame.startsWith('data: ')) yield frame.slice(6);
  }
}
