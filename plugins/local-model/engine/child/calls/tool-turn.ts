import type { LlamaGrammar, Token } from 'node-llama-cpp';
import { argumentsGrammar } from '../../grammar/tool-grammar.ts';
import type { WireTool } from '../../prompt/chat-request.ts';
import type { PlainCall } from '../../prompt/repeated-call.ts';
import type { ReplyPlan } from '../../prompt/reply-plan.ts';
import { spokenIn } from '../../prompt/spoken-values.ts';
import { CALL_LEAD, callStart, toolPrompt } from '../../prompt/tool-prompt.ts';
import { logOdds, PLAIN_THRESHOLD, type CallGauge } from './call-gauge.ts';
import { callProbability } from './call-probability.ts';
import { CallReview } from './call-review.ts';
import type { GenerationSlot } from '../generation-slot.ts';
import type { LanguageModel, RenderedPrompt } from '../language-model.ts';
import type { NextTokens } from './name-likelihoods.ts';
import { likelyTools, type LikelyTool } from './tool-choice.ts';

/** From this probability on that a further call begins on the next line, one is made. */
const ANOTHER_PROBABILITY = 0.95;

/**
 * From this share on a model knows which tool it wants, where that is not merely the one it always wants: its odds must have
 * risen by so much (e^0.8, about twice) through what was said.
 */
const KNOWN_SHARE = 0.75;
const LEAST_RISE = 0.8;

/**
 * After a call of an earlier turn small models answer from its result, also what it does not hold: there a call is tried from
 * this probability on where the tool is certain, and made if it owes its arguments to the new question.
 */
const TRIED_PROBABILITY = 0.004;
const CERTAIN_SHARE = 0.9;

/** A call is no guess where the model is this sure that it wants one, and of this tool. */
const SURE = 0.9;

/** What the user says in place of a question, to see what a call owes to the question. */
const NOTHING_SAID = 'N/A';

/** Tokens that must be free in the window for a call: the engine would else drop the beginning of the prompt. */
const LEAST_ROOM = 64;

/** A call that is begun: its text up to the arguments, which are made under the grammar. */
export interface BegunCall {
  /** Whether the model is so sure of it that it is made whatever its arguments owe to the question. */
  readonly isSure: boolean;
  readonly text: string;
  /** What comes before it. */
  readonly prompt: readonly Token[];
  readonly tokens: readonly Token[];
  readonly grammar: LlamaGrammar;
}

/** What is needed to decide about calls in one turn. */
interface ToolTurnParts {
  readonly gauge: CallGauge;
  readonly language: LanguageModel;
  readonly slot: GenerationSlot;
  readonly plan: ReplyPlan;
  readonly prompt: RenderedPrompt;
  readonly signal: AbortSignal;
}

/** Decides, in a turn with tools, whether a call is made and of which tool, by what the model holds likely. */
export class ToolTurn {
  readonly #parts: ToolTurnParts;
  readonly #next: NextTokens;
  /** Whether calls are only tried: one that was made in an earlier turn is then not made again. */
  isTried = false;
  #unsaidTokens: readonly Token[] | undefined;
  #callProbability = 1;
  /** The tools likely right after the prompt, once they were asked for. */
  #first: Promise<readonly LikelyTool[]> | undefined;

  constructor(parts: ToolTurnParts) {
    this.#parts = parts;
    this.#next = (prompt, tokens) => parts.slot.logProbabilities(prompt, tokens, parts.signal);
  }

  /**
   * Whether a call is wanted, by the caller or else by the model. Some models begin calls for anything, a greeting too: what
   * tells then is whether the model knows which tool it wants. Measured in the tune part of the bench of tool use: the first
   * of the likely tools has a share of 0.8 and more where Qwen2.5-Coder-1.5B needs one, and mostly less than 0.7 where not,
   * while its calls are about as probable; with the 0.5B it is the other way round.
   */
  async isCallWanted(): Promise<boolean> {
    const { plan, prompt } = this.#parts;
    if (plan.isCallForced) return true;
    if (plan.isAnswerDue || !this.#hasRoom(prompt.tokens)) return false;
    this.#callProbability = await this.#probability(prompt.tokens);
    if (this.#callProbability < PLAIN_THRESHOLD) {
      if (plan.made.length > 0) return false;
      if (this.#callProbability >= (await this.#gauge()).threshold) return true;
      this.isTried = await this.#isWorthTrying();
      return this.isTried;
    }
    return (await this.#isToolKnown()) || !(await this.#gauge()).isEager;
  }

  /**
   * Whether a further call is wanted after those of this answer. A small model ends its turn after any call, so it is led on to
   * the next line; how sure it is then of a call tells a question that needs two from one that needs one: in the tune part of
   * the bench of tool use, Qwen2.5-Coder-0.5B gives 0.97 and more in the first case, and 0.75 at the median (at most 0.96) in
   * the second, where what it then calls is a repetition or a guess.
   */
  async isAnotherWanted(made: readonly PlainCall[]): Promise<boolean> {
    const { plan, prompt } = this.#parts;
    if (plan.tools.length === 1 || plan.isCallForced || plan.made.length > 0) return false;
    const lines = this.#after(prompt.tokens, made);
    return this.#hasRoom(lines) && (await this.#probability(lines)) >= ANOTHER_PROBABILITY;
  }

  /** The calls that may be made after those of this answer, each begun, the likeliest first. */
  async begin(made: readonly PlainCall[]): Promise<readonly BegunCall[]> {
    const prompt = this.#after(this.#parts.prompt.tokens, made);
    const likely = await (made.length === 0 ? this.#likelyFirst() : this.#likely(made));
    // Where one tool is offered its share says nothing.
    const canBeSure = this.#parts.plan.tools.length > 1;
    return Promise.all(
      likely.map(async ({ tool, share }) => {
        const text = callStart(tool.function.name);
        const isSure = canBeSure && share * this.#callProbability >= SURE;
        return { text, prompt, tokens: this.#tokenize(text), grammar: await this.#grammarOf(tool), isSure };
      }),
    );
  }

  /**
   * A call after those of this answer as it should be made; undefined where it is a guess, which owes its arguments to nothing
   * that was said. Calls without arguments are no guesses, nor are those of later steps, which owe theirs to results.
   */
  async review(call: PlainCall, made: readonly PlainCall[], isSure: boolean): Promise<PlainCall | undefined> {
    const { plan, prompt } = this.#parts;
    if (call.arguments === '{}' || plan.made.length > 0) return call;
    const lead = this.#tokenize(callStart(call.name));
    const said = [...this.#after(prompt.tokens, made), ...lead];
    const unsaid = [...this.#after(this.#unsaid(), made), ...lead];
    const trust = !isSure ? 'none' : made.length === 0 ? 'full' : 'tool';
    const parameters = plan.tools.find((tool) => tool.function.name === call.name)?.function.parameters ?? undefined;
    const isSpoken = spokenIn(plan.history, toolPrompt(plan.tools));
    return new CallReview({ ...this.#parts, isSpoken }).review(call, parameters, { said, unsaid }, trust);
  }

  #probability(prompt: readonly Token[]): Promise<number> {
    return callProbability(prompt, this.#parts.language.callBeginnings, this.#next);
  }

  async #isToolKnown(): Promise<boolean> {
    const { share, prior } = await this.#likeliest();
    return share >= KNOWN_SHARE && (prior === undefined || logOdds(share) - logOdds(prior) >= LEAST_RISE);
  }

  async #isWorthTrying(): Promise<boolean> {
    const isFollowUp = this.#parts.plan.earlier.length > 0 && this.#callProbability >= TRIED_PROBABILITY;
    return isFollowUp && (await this.#likeliest()).share >= CERTAIN_SHARE;
  }

  async #likeliest(): Promise<Pick<LikelyTool, 'share' | 'prior'>> {
    const none = { share: 0 };
    return (await this.#likelyFirst()).reduce<Pick<LikelyTool, 'share' | 'prior'>>(
      (most, each) => (each.share > most.share ? each : most),
      none,
    );
  }

  #hasRoom(prompt: readonly Token[]): boolean {
    return prompt.length + LEAST_ROOM <= this.#parts.language.facts.contextTokens;
  }

  #likelyFirst(): Promise<readonly LikelyTool[]> {
    return (this.#first ??= this.#likely([]));
  }

  async #likely(made: readonly PlainCall[]): Promise<readonly LikelyTool[]> {
    const { tools } = this.#parts.plan;
    const prompt = this.#after(this.#parts.prompt.tokens, made);
    // A call that is insisted on is begun even so, and then cut.
    if (!this.#hasRoom(prompt)) return tools.slice(0, 1).map((tool) => ({ tool, share: 1 }));
    const tokenize = (text: string): readonly Token[] => this.#tokenize(text);
    const lead = tokenize(CALL_LEAD);
    const unsaid = (): readonly Token[] => [...this.#after(this.#unsaid(), made), ...lead];
    const sureShare = SURE / this.#callProbability;
    return likelyTools({ tools, prompt: [...prompt, ...lead], unsaid, sureShare, tokenize, next: this.#next });
  }

  #gauge(): ReturnType<CallGauge['gauge']> {
    const { gauge, language, plan } = this.#parts;
    const system = plan.history.filter(({ type }) => type === 'system');
    return gauge.gauge(plan.tools, (text) => {
      const history = [...system, { type: 'user' as const, text }, { type: 'model' as const, response: [''] }];
      return this.#probability(language.render(history).tokens);
    });
  }

  #tokenize(text: string): readonly Token[] {
    return this.#parts.language.model.tokenize(text, false);
  }

  /** The prompt where the user said nothing last. */
  #unsaid(): readonly Token[] {
    const { language, plan } = this.#parts;
    return (this.#unsaidTokens ??= language.render(lastSaid(plan.history, NOTHING_SAID)).tokens);
  }

  /** A prompt and the calls of this answer, each on a line. */
  #after(prompt: readonly Token[], made: readonly PlainCall[]): readonly Token[] {
    const lines = made.map(({ name, arguments: text }) => `${callStart(name)} ${text}}\n`);
    return lines.length === 0 ? prompt : [...prompt, ...this.#tokenize(lines.join(''))];
  }

  /** Any object is better than no call. */
  #grammarOf({ function: { parameters } }: WireTool): Promise<LlamaGrammar> {
    return this.#parts.language.grammar(
      argumentsGrammar(parameters ?? undefined),
      argumentsGrammar({ type: 'object' }),
    );
  }
}

/** A history with other words of the user at its end. */
function lastSaid(history: ReplyPlan['history'], words: string): ReplyPlan['history'] {
  const last = history.findLastIndex(({ type }) => type === 'user');
  return history.map((item, index) => (index === last ? { type: 'user', text: words } : item));
}
