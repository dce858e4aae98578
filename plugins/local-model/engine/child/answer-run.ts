import type { LlamaGrammar } from 'node-llama-cpp';
import { UnionDecoder, type UnionPart } from '../grammar/union-decoder.ts';
import { isRepeated, type PlainCall } from '../prompt/repeated-call.ts';
import type { GenerationOutcome, GenerationSlot, Sampling } from './generation-slot.ts';
import type { RenderedPrompt } from './language-model.ts';
import type { FinishReason, ReplyUsage, ReplyWriter } from './reply-writer.ts';
import { StopText } from './stop-text.ts';

/** All that is needed to make one answer in a slot. */
export interface AnswerRun {
  readonly slot: GenerationSlot;
  readonly prompt: RenderedPrompt;
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly stops: readonly string[];
  readonly grammar?: LlamaGrammar;
  /** Present in a turn with tools that may be answered in words: the grammar without calls. */
  readonly answerGrammar?: LlamaGrammar;
  readonly made: readonly PlainCall[];
  readonly writer: ReplyWriter;
  readonly signal: AbortSignal;
}

/** Makes an answer in plain words or under a caller's grammar. */
export async function runText(run: AnswerRun): Promise<void> {
  const stop = new StopText([...run.stops, ...run.prompt.stops]);
  const outcome = await generate(run, run.grammar, (text) => {
    const shown = stop.write(text);
    if (shown !== '') run.writer.content(shown);
    return stop.isStopped;
  });
  const held = stop.end();
  if (held !== '') run.writer.content(held);
  run.writer.finish(stop.isStopped ? 'stop' : outcome.reason, usageOf(run, [outcome]));
}

/**
 * Makes an answer of a turn with tools. Where calls were made before in this turn, a call is held back until it is whole;
 * if it repeats one of them it is thrown away and the answer is made without calls.
 */
export async function runUnion(run: AnswerRun): Promise<void> {
  const first = await attempt(run, run.grammar, run.made.length > 0 && run.answerGrammar !== undefined);
  const isRepeat = first.held !== undefined && isRepeated(first.held, run.made);
  if (isRepeat) {
    const second = await attempt(run, run.answerGrammar, false);
    run.writer.finish(second.reason, usageOf(run, [first.outcome, second.outcome]));
    return;
  }
  if (first.held !== undefined) {
    run.writer.call(first.held.name);
    run.writer.callArguments(first.held.arguments);
  }
  run.writer.finish(first.reason, usageOf(run, [first.outcome]));
}

interface Attempt {
  readonly outcome: GenerationOutcome;
  readonly reason: FinishReason;
  /** A whole call that was held back. */
  readonly held?: PlainCall;
}

async function attempt(run: AnswerRun, grammar: LlamaGrammar | undefined, isHeld: boolean): Promise<Attempt> {
  const decoder = new UnionDecoder();
  const stop = new StopText(run.stops);
  const call = { name: '', arguments: '' };
  const take = (part: UnionPart): void => {
    if (part.type === 'answer') {
      const shown = stop.write(part.text);
      if (shown !== '') run.writer.content(shown);
    } else if (part.type === 'call') {
      call.name = part.name;
      if (!isHeld) run.writer.call(part.name);
    } else {
      call.arguments += part.text;
      if (!isHeld) run.writer.callArguments(part.text);
    }
  };
  const outcome = await generate(run, grammar, (text) => {
    decoder.write(text).forEach(take);
    return decoder.isDone || stop.isStopped;
  });
  decoder.end().forEach(take);
  const rest = stop.end();
  if (rest !== '') run.writer.content(rest);
  const isCut = !decoder.isDone && !stop.isStopped;
  if (isCut) return { outcome, reason: 'length' };
  const isCall = call.name !== '';
  return { outcome, reason: isCall ? 'tool_calls' : 'stop', ...(isCall && isHeld ? { held: call } : {}) };
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
function usageOf(run: AnswerRun, outcomes: readonly GenerationOutcome[]): ReplyUsage {
  const sum = (pick: (outcome: GenerationOutcome) => number): number =>
    outcomes.reduce((total, outcome) => total + pick(outcome), 0);
  return {
    promptTokens: run.prompt.tokens.length,
    cachedTokens: outcomes[0]?.cachedTokens ?? 0,
    completionTokens: sum(({ generatedTokens }) => generatedTokens),
    promptMs: sum(({ promptMs }) => promptMs),
    completionMs: sum(({ generationMs }) => generationMs),
  };
}
