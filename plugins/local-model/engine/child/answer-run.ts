import type { LlamaGrammar } from 'node-llama-cpp';
import { CallDecoder, type CallPart } from '../grammar/call-decoder.ts';
import { isRepeated, type PlainCall } from '../prompt/repeated-call.ts';
import type { ReplyPlan } from '../prompt/reply-plan.ts';
import type { GenerationOutcome, GenerationSlot, Sampling } from './generation-slot.ts';
import type { RenderedPrompt } from './language-model.ts';
import type { FinishReason, ReplyUsage, ReplyWriter } from './reply-writer.ts';
import { StopText } from './stop-text.ts';

/** From this probability on that the reply begins like a call, a call is made. */
const CALL_PROBABILITY = 0.5;

/** All that is needed to make one answer in a slot. */
interface AnswerRun {
  readonly slot: GenerationSlot;
  readonly plan: ReplyPlan;
  readonly prompt: RenderedPrompt;
  /** The prompt for an answer in words; another one where calls were made in this turn. */
  readonly wordsPrompt: RenderedPrompt;
  /** Length of `prompt` as the caller counts it, whichever prompt the answer is made from in the end. */
  readonly promptTokens: number;
  /** Tokens of the prompt that needed no evaluation. */
  readonly cachedTokens: number;
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly stops: readonly string[];
  /** The caller's grammar, or that of calls. */
  readonly grammar?: LlamaGrammar;
  /** The grammar of answers in words, in a turn with tools. */
  readonly words?: LlamaGrammar;
  readonly writer: ReplyWriter;
  readonly signal: AbortSignal;
}

/** Makes an answer in plain words or under a caller's grammar. */
export async function runText(run: AnswerRun): Promise<void> {
  await finishInWords(run, run.grammar, 0);
}

/**
 * Makes an answer of a turn with tools. Where calls were made before in this turn, a call is held back until it is whole;
 * if it repeats one of them it is thrown away and the answer is made in words.
 */
export async function runTools(run: AnswerRun): Promise<void> {
  const { plan, slot, prompt, signal, writer } = run;
  const startedMs = performance.now();
  const isCall = plan.isCallForced || (await slot.callProbability(prompt.tokens, signal)) >= CALL_PROBABILITY;
  const decisionMs = performance.now() - startedMs;
  if (!isCall) return finishInWords({ ...run, prompt: run.wordsPrompt }, run.words, decisionMs);
  const isHeld = plan.made.length > 0 && !plan.isCallForced;
  const { outcome, call, isWhole } = await makeCall(run, isHeld);
  if (isHeld && isWhole && isRepeated(call, plan.made, plan.tools)) {
    const words = await makeWords({ ...run, prompt: run.wordsPrompt }, run.words);
    return writer.finish(words.reason, usageOf(run, [outcome, words.outcome], decisionMs));
  }
  if (isHeld && isWhole) {
    writer.call(call.name);
    writer.callArguments(call.arguments);
  }
  writer.finish(isWhole ? 'tool_calls' : 'length', usageOf(run, [outcome], decisionMs));
}

async function finishInWords(run: AnswerRun, grammar: LlamaGrammar | undefined, decisionMs: number): Promise<void> {
  const { outcome, reason } = await makeWords(run, grammar);
  run.writer.finish(reason, usageOf(run, [outcome], decisionMs));
}

async function makeWords(
  run: AnswerRun,
  grammar: LlamaGrammar | undefined,
): Promise<{ outcome: GenerationOutcome; reason: FinishReason }> {
  const stop = new StopText([...run.stops, ...run.prompt.stops]);
  const outcome = await generate(run, grammar, (text) => {
    const shown = stop.write(text);
    if (shown !== '') run.writer.content(shown);
    return stop.isStopped;
  });
  const held = stop.end();
  if (held !== '') run.writer.content(held);
  return { outcome, reason: stop.isStopped ? 'stop' : outcome.reason };
}

async function makeCall(
  run: AnswerRun,
  isHeld: boolean,
): Promise<{ outcome: GenerationOutcome; call: PlainCall; isWhole: boolean }> {
  const decoder = new CallDecoder();
  const call = { name: '', arguments: '' };
  const take = (part: CallPart): void => {
    if (part.type === 'call') {
      call.name = part.name;
      if (!isHeld) run.writer.call(part.name);
    } else {
      call.arguments += part.text;
      if (!isHeld) run.writer.callArguments(part.text);
    }
  };
  const outcome = await generate(run, run.grammar, (text) => {
    decoder.write(text).forEach(take);
    return decoder.isDone;
  });
  return { outcome, call, isWhole: decoder.isDone };
}

function generate(
  run: AnswerRun,
  grammar: LlamaGrammar | undefined,
  onText: (text: string) => boolean,
): Promise<GenerationOutcome> {
  const { slot, prompt, sampling, maxTokens, signal } = run;
  return slot.generate({ prompt: prompt.tokens, sampling, maxTokens, signal, onText, ...(grammar ? { grammar } : {}) });
}

/** Sums attempts; the prompt is counted once, as the caller sees one answer. */
function usageOf(run: AnswerRun, outcomes: readonly GenerationOutcome[], decisionMs: number): ReplyUsage {
  const sum = (pick: (outcome: GenerationOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  return {
    promptTokens: run.promptTokens,
    cachedTokens: run.cachedTokens,
    completionTokens: sum(({ generatedTokens }) => generatedTokens),
    promptMs: decisionMs + sum(({ promptMs }) => promptMs),
    completionMs: sum(({ generationMs }) => generationMs),
  };
}
