import type { ControlledEvaluateInputItem, LlamaContextSequence, LlamaGrammar, Token } from 'node-llama-cpp';
import type { LanguageModel } from './language-model.ts';
import { TokenText } from './token-text.ts';

/** Prompt tokens evaluated between two looks at the abort signal: about a second and a half on one slow core. */
const PROMPT_CHUNK = 64;

/** How the next token is chosen. */
export interface Sampling {
  readonly temperature: number;
  readonly topP: number;
  readonly topK: number;
  readonly minP: number;
  readonly seed: number;
  readonly penalties?: { readonly repeat: number; readonly frequency: number; readonly presence: number };
}

/** One run of a model over a prompt. */
interface Generation {
  readonly prompt: readonly Token[];
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly grammar?: LlamaGrammar;
  readonly signal: AbortSignal;
  /** Takes text as it comes; returns true to end the answer here. */
  readonly onText: (text: string) => boolean;
}

/** How a run ended and what it took. */
export interface GenerationOutcome {
  readonly reason: 'stop' | 'length';
  readonly generatedTokens: number;
  readonly promptMs: number;
  readonly generationMs: number;
}

/** A place in the context that one answer at a time is made in. What it evaluated before is kept and reused by prefix. */
export class GenerationSlot {
  readonly #language: LanguageModel;
  readonly #sequence: LlamaContextSequence;

  constructor(language: LanguageModel) {
    this.#language = language;
    this.#sequence = language.context.getSequence();
  }

  /** Tokens at the beginning of a prompt that need no evaluation here. */
  reusable(prompt: readonly Token[]): number {
    return this.#sequence.compareContextTokens([...prompt]).firstDifferentIndex;
  }

  /** Makes an answer; rejects with the signal's reason soon after an abort. The prompt must fit the window. */
  async generate(generation: Generation): Promise<GenerationOutcome> {
    const { prompt, signal, maxTokens } = generation;
    const startedMs = performance.now();
    await this.#evaluatePrompt(prompt, signal);
    const text = new TokenText(this.#language.model);
    let promptMs = 0;
    let generatedTokens = 0;
    let reason: 'stop' | 'length' = 'stop';
    for await (const token of this.#sequence.evaluate(prompt.slice(-1), this.#options(generation))) {
      signal.throwIfAborted();
      if (generatedTokens === 0) promptMs = performance.now() - startedMs;
      if (this.#language.model.isEogToken(token)) break;
      generatedTokens += 1;
      const isEnough = generation.onText(text.write(token));
      if (isEnough) break;
      if (generatedTokens >= maxTokens) {
        reason = 'length';
        break;
      }
    }
    generation.onText(text.end());
    return { reason, generatedTokens, promptMs, generationMs: performance.now() - startedMs - promptMs };
  }

  /**
   * The probability that the reply to a prompt begins like a tool call, read off the model's own distribution of the first
   * token. What it evaluates is reused by the generation that follows.
   */
  async callProbability(prompt: readonly Token[], signal: AbortSignal): Promise<number> {
    await this.#evaluatePrompt(prompt, signal);
    const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
    const last = prompt
      .slice(-1)
      .map((token): ControlledEvaluateInputItem => [token, { generateNext: { probabilities: true, options } }]);
    const [output] = await this.#sequence.controlledEvaluate(last);
    const probabilities = output?.next.probabilities;
    return this.#language.callBeginnings.reduce((sum, token) => sum + (probabilities?.get(token) ?? 0), 0);
  }

  /** Evaluates all but the last token of the prompt, whose evaluation gives the first token of the answer. */
  async #evaluatePrompt(prompt: readonly Token[], signal: AbortSignal): Promise<void> {
    const before = prompt.slice(0, -1);
    await this.#sequence.adaptStateToTokens(before, false);
    while (this.#sequence.nextTokenIndex < before.length) {
      signal.throwIfAborted();
      const start = this.#sequence.nextTokenIndex;
      await this.#sequence.evaluateWithoutGeneratingNewTokens(before.slice(start, start + PROMPT_CHUNK));
    }
    signal.throwIfAborted();
  }

  #options({ grammar, sampling }: Generation): Parameters<LlamaContextSequence['evaluate']>[1] {
    const { model, module } = this.#language;
    const { penalties, ...rest } = sampling;
    return {
      ...rest,
      yieldEogToken: true,
      ...(grammar === undefined
        ? {}
        : { grammarEvaluationState: new module.LlamaGrammarEvaluationState({ model, grammar }) }),
      ...(penalties === undefined
        ? {}
        : {
            repeatPenalty: {
              punishTokens: () => this.#sequence.contextTokens.slice(-64),
              maxPunishTokens: 64,
              penalty: penalties.repeat,
              frequencyPenalty: penalties.frequency,
              presencePenalty: penalties.presence,
            },
          }),
    };
  }
}
