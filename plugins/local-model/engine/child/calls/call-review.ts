import type { Token } from 'node-llama-cpp';
import { schemaRule } from '../../grammar/json-schema-grammar.ts';
import { GrammarRules } from '../../grammar/grammar-rules.ts';
import type { JsonSchema } from '../../grammar/json-schema.ts';
import { spacedJson } from '../../grammar/spaced-json.ts';
import type { PlainCall } from '../../prompt/repeated-call.ts';
import type { GenerationSlot } from '../generation-slot.ts';
import type { LanguageModel } from '../language-model.ts';
import { doubtArguments, type ArgumentDoubts, type WeighedToken } from './argument-doubts.ts';
import type { ArgumentPath, ArgumentPlace } from './argument-places.ts';
import { nameLikelihoods } from './name-likelihoods.ts';

/** A call owes something to a question that makes its arguments likelier by this much (e^2, about seven times). */
const LEAST_GAIN = 2;

/** Only a choice that is nearly as likely as the first (half of it) may be preferred for what it owes to the question. */
const LEAST_SHARE = 0.5;

/** Tokens that a text may have which is written anew. */
const MAX_REWRITTEN = 48;

/** The beginning of a call up to its arguments, after what was said and after nothing in its place. */
interface CallContexts {
  readonly said: readonly Token[];
  readonly unsaid: readonly Token[];
}

/**
 * How far a call is taken unseen: in `full`, where its tool and that there is a call are sure; for its `tool`, where only that
 * is, so that its values may still be guessed; not at all.
 */
type CallTrust = 'full' | 'tool' | 'none';

/** What a review works with. */
interface ReviewParts {
  readonly language: LanguageModel;
  readonly slot: GenerationSlot;
  readonly signal: AbortSignal;
  /** Whether a value stands in the conversation. */
  readonly isSpoken: (value: unknown) => boolean;
}

/**
 * Looks at the arguments of a call by what they owe to what was said last: how much likelier each is than where nothing was
 * said. It is how a prior of the model is told from an answer to the question (contextual calibration: Zhao et al. 2021,
 * "Calibrate Before Use"). A small model that has no use for a tool calls it with what its description holds, or with what
 * it always says, and fills in optional arguments that nobody asked for.
 */
export class CallReview {
  readonly #parts: ReviewParts;

  constructor(parts: ReviewParts) {
    this.#parts = parts;
  }

  /**
   * The call as it should be made: without optional arguments that nobody asked for, and with other values where the model was
   * unsure or copied an example. Undefined where it is a guess: where it owes nothing to what was said, or needs a value that
   * nobody gave.
   */
  async review(
    call: PlainCall,
    schema: JsonSchema | undefined,
    contexts: CallContexts,
    trust: CallTrust,
  ): Promise<PlainCall | undefined> {
    const tokens = await this.#weigh(call.arguments, contexts);
    const gain = tokens.reduce((sum, token) => sum + token.gain, 0);
    if (trust === 'none' && gain < LEAST_GAIN) return undefined;
    const doubts = doubtArguments(call.arguments, schema, tokens, this.#parts.isSpoken);
    if (trust !== 'full' && doubts.isGuess) return undefined;
    const edits = await this.#resolve(call.arguments, doubts, contexts);
    const isRewritten = ({ path }: ArgumentPlace): boolean => edits.some((edit) => edit.path === path);
    if (trust !== 'full' && !doubts.copied.every(isRewritten)) return undefined;
    if (edits.length === 0 && doubts.needless.length === 0) return call;
    const values: unknown = JSON.parse(call.arguments);
    for (const { path, value } of edits) setAt(values, path, value);
    for (const path of doubts.needless) removeAt(values, path);
    return { name: call.name, arguments: spacedJson(values) };
  }

  async #weigh(text: string, { said, unsaid }: CallContexts): Promise<readonly WeighedToken[]> {
    const { language, slot, signal } = this.#parts;
    const tokens = language.model.tokenize(` ${text}`, false);
    // What was said comes last: its evaluation is reused by what follows.
    const without = await slot.logLikelihoods(unsaid, tokens, signal);
    const withIt = await slot.logLikelihoods(said, tokens, signal);
    const lead = said.slice(-4);
    const length = (count: number): number => language.model.detokenize([...lead, ...tokens.slice(0, count)]).length;
    // The blank before the arguments is no part of them.
    const before = length(0) + 1;
    return tokens.map((_, index) => ({
      start: length(index) - before,
      end: length(index + 1) - before,
      said: withIt[index] ?? 0,
      gain: (withIt[index] ?? 0) - (without[index] ?? 0),
    }));
  }

  async #resolve(text: string, doubts: ArgumentDoubts, contexts: CallContexts): Promise<readonly Edit[]> {
    const edits: Edit[] = [];
    for (const { place, options } of doubts.unsure) {
      const value = await this.#choose(text.slice(0, place.start), options, contexts);
      if (value !== undefined && value !== place.value) edits.push({ path: place.path, value });
    }
    for (const place of doubts.copied) {
      const value = await this.#rewrite(text.slice(0, place.start), place, contexts);
      if (value !== undefined) edits.push({ path: place.path, value });
    }
    return edits;
  }

  /** Of the likely options the one that owes most to what was said. */
  async #choose(before: string, options: readonly unknown[], { said, unsaid }: CallContexts): Promise<unknown> {
    const lead = this.#tokenize(` ${before}`.trimEnd());
    const names = options.map((option) => this.#tokenize(` ${JSON.stringify(option)}`.replace(/"$/, '')));
    const weigh = (context: readonly Token[]): Promise<readonly number[]> =>
      nameLikelihoods([...context, ...lead], names, (prompt, tokens) =>
        this.#parts.slot.logProbabilities(prompt, tokens, this.#parts.signal),
      );
    const without = await weigh(unsaid);
    const withIt = await weigh(said);
    const least = Math.max(...withIt) + Math.log(LEAST_SHARE);
    const gains = withIt.map((likelihood, index) =>
      likelihood < least ? -Infinity : likelihood - (without[index] ?? -Infinity),
    );
    return options[gains.indexOf(Math.max(...gains))];
  }

  /** Another text in the place of one that was copied from the description of the tool; undefined where none is better. */
  async #rewrite(before: string, { schema, value }: ArgumentPlace, contexts: CallContexts): Promise<unknown> {
    const { language, slot, signal } = this.#parts;
    const lead = this.#tokenize(` ${before}`.trimEnd());
    const room = language.facts.contextTokens - contexts.said.length - lead.length;
    const [first] = language.model.tokenize(String(value), false);
    // The engine would else drop the beginning of the prompt.
    if (first === undefined || room < MAX_REWRITTEN) return undefined;
    const grammar = await language.grammar(valueGrammar(schema ?? {}), valueGrammar({ type: 'string' }));
    let text = '';
    await slot.generate({
      prompt: [...contexts.said, ...lead],
      sampling: { temperature: 0, topP: 1, topK: 40, minP: 0, seed: 0 },
      maxTokens: MAX_REWRITTEN,
      grammar,
      without: [first],
      signal,
      onText: (piece) => {
        text += piece;
        return false;
      },
    });
    const tokens = language.model.tokenize(text, false);
    const weigh = async (context: readonly Token[]): Promise<number> =>
      (await slot.logLikelihoods([...context, ...lead], tokens, signal)).reduce((sum, each) => sum + each, 0);
    const gain = -(await weigh(contexts.unsaid)) + (await weigh(contexts.said));
    return gain >= LEAST_GAIN ? parsedText(text) : undefined;
  }

  #tokenize(text: string): readonly Token[] {
    return this.#parts.language.model.tokenize(text, false);
  }
}

interface Edit {
  readonly path: ArgumentPath;
  readonly value: unknown;
}

/** The grammar of a blank and a value. */
function valueGrammar(schema: JsonSchema): string {
  const rules = new GrammarRules();
  return rules.toText(`" " ${schemaRule(schema, rules)}`);
}

/** A text that is whole; undefined for one that was cut. */
function parsedText(text: string): string | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return typeof value === 'string' ? value : undefined;
  } catch {
    return undefined;
  }
}

function parentOf(root: unknown, path: ArgumentPath): Record<string | number, unknown> {
  return path.slice(0, -1).reduce((value, part) => (value as Record<string | number, unknown>)[part], root) as Record<
    string | number,
    unknown
  >;
}

function setAt(root: unknown, path: ArgumentPath, value: unknown): void {
  parentOf(root, path)[path.at(-1) ?? ''] = value;
}

function removeAt(root: unknown, path: ArgumentPath): void {
  delete parentOf(root, path)[path.at(-1) ?? ''];
}
