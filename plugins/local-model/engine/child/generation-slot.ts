import type {
  ControlledEvaluateIndexOutput,
  ControlledEvaluateInputItem,
  LlamaContextSequence,
  LlamaGrammar,
  Token,
} from 'node-llama-cpp';
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
  /** Tokens that are not taken unless the grammar leaves no other. */
  readonly without?: readonly Token[];
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
   * Natural logarithms of the probabilities that the model itself gives to some tokens as the next after a prompt. What it
   * evaluates is reused by what follows with the same beginning.
   */
  async logProbabilities(
    prompt: readonly Token[],
    tokens: readonly Token[],
    signal: AbortSignal,
  ): Promise<ReadonlyMap<Token, number>> {
    await this.#evaluatePrompt(prompt, signal);
    const [output] = await this.#sequence.controlledEvaluate(prompt.slice(-1).map((token) => asking(token, tokens)));
    return logarithms(output, tokens);
  }

  /** Natural logarithm of the probability of each token of a text that follows a prompt. */
  async logLikelihoods(
    prompt: readonly Token[],
    text: readonly Token[],
    signal: AbortSignal,
  ): Promise<readonly number[]> {
    await this.#evaluatePrompt(prompt, signal);
    const before = [...prompt.slice(-1), ...text.slice(0, -1)];
    const outputs = await this.#sequence.controlledEvaluate(
      before.map((token, index) => asking(token, text.slice(index, index + 1))),
    );
    return text.map((token, index) => logarithms(outputs[index], [token]).get(token) ?? -Infinity);
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

  #options({ grammar, sampling, without }: Generation): Parameters<LlamaContextSequence['evaluate']>[1] {
    const { model, module } = this.#language;
    const { penalties, ...rest } = sampling;
    return {
      ...rest,
      yieldEogToken: true,
      ...(grammar === undefined
        ? {}
        : { grammarEvaluationState: new module.LlamaGrammarEvaluationState({ model, grammar }) }),
      ...(without === undefined ? {} : { tokenBias: module.TokenBias.for(model).set([...without], 'never') }),
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

/** Asks for the logits of some tokens after one. */
function asking(token: Token, tokens: readonly Token[]): ControlledEvaluateInputItem {
  const options = { temperature: 1, topK: 0, topP: 1, minP: 0 };
  // Not `includeMax`: the engine (3.22.1) then gives the largest only where it is asked for by its token anyway.
  const logits = { filter: { tokens, includeTop: 1 } };
  return [token, { generateNext: { logits, totalLogitWeight: true, options } }];
}

/** Logarithms of probabilities from logits; the weight is the sum of exp(logit - largest logit). */
function logarithms(
  output: ControlledEvaluateIndexOutput | undefined,
  tokens: readonly Token[],
): ReadonlyMap<Token, number> {
  const found = output?.next.logits ?? new Map<Token, number>();
  const total = Math.max(...found.values()) + Math.log(output?.next.totalLogitWeight ?? 1);
  return new Map(tokens.map((token) => [token, (found.get(token) ?? -Infinity) - total]));
}
