import type { LlamaGrammar } from 'node-llama-cpp';
import type { ReplyPlan } from '../../prompt/reply-plan.ts';
import type { GenerationSlot, Sampling } from '../generation-slot.ts';
import type { CallGauge } from './call-gauge.ts';
import type { LanguageModel, RenderedPrompt } from '../language-model.ts';
import type { ReplyWriter } from '../reply-writer.ts';

/** All that is needed to make one answer in a slot. */
export interface AnswerParts {
  readonly language: LanguageModel;
  readonly gauge: CallGauge;
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
  /** The caller's grammar. */
  readonly grammar?: LlamaGrammar;
  /** The grammar of answers in words, in a turn with tools. */
  readonly words?: LlamaGrammar;
  readonly writer: ReplyWriter;
  readonly signal: AbortSignal;
}
