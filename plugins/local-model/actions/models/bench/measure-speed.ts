import { HumanMessage, type AIMessageChunk } from '@langchain/core/messages';
import type { CallParameters, ModelRef, ModelRouterService } from 'wooster';

/** Tokens that are asked for; enough that the first does not weigh. */
const ANSWER_TOKENS = 96;

/** Sentences of the long prompt, about a dozen tokens each. */
const PROMPT_SENTENCES = 40;

/** What one timed call showed; times in milliseconds. */
export interface TimedCall {
  readonly firstTokenMs: number;
  readonly totalMs: number;
  readonly inputTokens: number;
  readonly outputTokens: number;
}

/** How a call is made and timed. */
export interface TimingPorts {
  readonly router: () => ModelRouterService;
  /** Milliseconds of a monotonic clock. */
  monotonic(): number;
}

/** One streamed call of one model, timed where the answer arrives. Throws what the router throws. */
export async function timeCall(
  ports: TimingPorts,
  call: { readonly ref: ModelRef; readonly prompt: string; readonly signal: AbortSignal },
): Promise<TimedCall> {
  const parameters: CallParameters = { temperature: 0, maxTokens: ANSWER_TOKENS };
  const model = await ports.router().model({ pinned: call.ref, parameters, cache: { mode: 'off' } });
  const start = ports.monotonic();
  let firstTokenMs: number | undefined;
  let lastMs = 0;
  let usage: AIMessageChunk['usage_metadata'];
  let chunks = 0;
  for await (const chunk of await model.stream([new HumanMessage(call.prompt)], { signal: call.signal })) {
    const elapsedMs = ports.monotonic() - start;
    usage = chunk.usage_metadata ?? usage;
    if (chunk.text === '') continue;
    firstTokenMs ??= elapsedMs;
    lastMs = elapsedMs;
    chunks += 1;
  }
  return {
    firstTokenMs: firstTokenMs ?? ports.monotonic() - start,
    totalMs: lastMs,
    inputTokens: usage?.input_tokens ?? 0,
    outputTokens: usage?.output_tokens ?? chunks,
  };
}

/** A prompt whose beginning is new each time, so that no server has it in its cache. */
export function longPrompt(seed: number): string {
  const sentences = Array.from(
    { length: PROMPT_SENTENCES },
    (_, index) => `Note ${seed + index * 7}: the boat in berth ${index + 1} needs ${(index * 13) % 29} metres of rope.`,
  );
  return `${sentences.join(' ')}\nTell a story about the harbour.`;
}

function median(values: readonly number[]): number {
  const sorted = values.toSorted((left, right) => left - right);
  return sorted[Math.floor(sorted.length / 2)] ?? 0;
}

/**
 * Speeds of several timed calls: written tokens a second after the first (n - 1 tokens in the time from the first to the
 * last), and read tokens a second, which is the prompt over the time to the first token and so a lower bound.
 */
export function speedOf(calls: readonly TimedCall[]): {
  tokensPerSecond: number;
  promptTokensPerSecond: number;
  firstTokenMs: number;
} {
  const written = calls
    .filter(({ outputTokens, totalMs, firstTokenMs }) => outputTokens > 1 && totalMs > firstTokenMs)
    .map(({ outputTokens, totalMs, firstTokenMs }) => ((outputTokens - 1) * 1000) / (totalMs - firstTokenMs));
  const read = calls
    .filter(({ inputTokens, firstTokenMs }) => inputTokens > 0 && firstTokenMs > 0)
    .map(({ inputTokens, firstTokenMs }) => (inputTokens * 1000) / firstTokenMs);
  return {
    tokensPerSecond: median(written),
    promptTokensPerSecond: median(read),
    firstTokenMs: median(calls.map(({ firstTokenMs }) => firstTokenMs)),
  };
}
