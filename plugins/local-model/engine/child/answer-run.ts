import type { LlamaGrammar } from 'node-llama-cpp';
import type { AnswerParts } from './calls/answer-parts.ts';
import { makeCalls } from './calls/make-calls.ts';
import { ToolTurn } from './calls/tool-turn.ts';
import type { GenerationOutcome } from './generation-slot.ts';
import type { FinishReason, ReplyUsage } from './reply-writer.ts';
import { StopText } from './stop-text.ts';

/** Makes an answer in plain words or under a caller's grammar. */
export async function runText(parts: AnswerParts): Promise<void> {
  await finishInWords(parts, parts.grammar, 0);
}

/** Makes an answer of a turn with tools: calls, or words where there is nothing to call for. */
export async function runTools(parts: AnswerParts): Promise<void> {
  const inWords = { ...parts, prompt: parts.wordsPrompt };
  const startedMs = performance.now();
  const turn = new ToolTurn(parts);
  const isCallWanted = await turn.isCallWanted();
  const decisionMs = performance.now() - startedMs;
  if (!isCallWanted) return finishInWords(inWords, parts.words, decisionMs);
  const { end, outcomes } = await makeCalls(parts, turn);
  if (end !== 'none') return parts.writer.finish(end, usageOf(parts, outcomes, decisionMs));
  const { outcome, reason } = await makeWords(inWords, parts.words);
  parts.writer.finish(reason, usageOf(parts, [...outcomes, outcome], decisionMs));
}

async function finishInWords(parts: AnswerParts, grammar: LlamaGrammar | undefined, decisionMs: number): Promise<void> {
  const { outcome, reason } = await makeWords(parts, grammar);
  parts.writer.finish(reason, usageOf(parts, [outcome], decisionMs));
}

async function makeWords(
  { slot, prompt, sampling, maxTokens, signal, stops, writer }: AnswerParts,
  grammar: LlamaGrammar | undefined,
): Promise<{ outcome: GenerationOutcome; reason: FinishReason }> {
  const stop = new StopText([...stops, ...prompt.stops]);
  const outcome = await slot.generate({
    prompt: prompt.tokens,
    sampling,
    maxTokens,
    signal,
    ...(grammar === undefined ? {} : { grammar }),
    onText: (text) => {
      const shown = stop.write(text);
      if (shown !== '') writer.content(shown);
      return stop.isStopped;
    },
  });
  const held = stop.end();
  if (held !== '') writer.content(held);
  return { outcome, reason: stop.isStopped ? 'stop' : outcome.reason };
}

/** Sums attempts; the prompt is counted once, as the caller sees one answer. */
function usageOf(parts: AnswerParts, outcomes: readonly GenerationOutcome[], decisionMs: number): ReplyUsage {
  const sum = (pick: (outcome: GenerationOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  return {
    promptTokens: parts.promptTokens,
    cachedTokens: parts.cachedTokens,
    completionTokens: sum(({ generatedTokens }) => generatedTokens),
    promptMs: decisionMs + sum(({ promptMs }) => promptMs),
    completionMs: sum(({ generationMs }) => generationMs),
  };
}
