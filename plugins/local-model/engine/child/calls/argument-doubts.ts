import type { JsonSchema } from '../../grammar/json-schema.ts';
import { argumentPlaces, type ArgumentPath, type ArgumentPlace } from './argument-places.ts';

/** A token of the arguments, from one character to another, and how likely the model holds it. */
export interface WeighedToken {
  readonly start: number;
  readonly end: number;
  /** Natural logarithm of its probability after what was said. */
  readonly said: number;
  /** How much of that it owes to what was said last: the difference to where nothing was said. */
  readonly gain: number;
}

/** What is to be doubted in a call. */
export interface ArgumentDoubts {
  /** Optional arguments that nobody asked for. */
  readonly needless: readonly ArgumentPath[];
  /** Values of a closed set that the model is not sure of. */
  readonly unsure: readonly { readonly place: ArgumentPlace; readonly options: readonly unknown[] }[];
  /** Texts that were taken over from the description of the tool. */
  readonly copied: readonly ArgumentPlace[];
  /** Whether the call needs a number that nobody gave. */
  readonly isGuess: boolean;
}

/**
 * A value that becomes likelier by less than this (e^0.3, a third) through what was said owes nothing to it. Measured in the
 * tune part of the bench of tool use: invented numbers and texts gain at most 0.2, wanted ones 2 and more, with both sizes of
 * Qwen2.5-Coder.
 */
const LEAST_GAIN = 0.3;

/** What the description holds is at hand, so it takes more to be meant. */
const LEAST_GAIN_OF_COPIED = 2;

/** Numbers vary more: invented ones gain up to 0.8, wanted ones 1.5 and more. */
const LEAST_GAIN_OF_NUMBER = 1;

/** Members of a closed set are often likely before anything is said, so they have to lose before they are doubted. */
const LEAST_GAIN_OF_CLOSED = -0.1;

/** A number that was likelier than this (e^-0.5) before anything was said may well be meant: one mug, for "a mug". */
const PLAIN_PRIOR = -0.5;

/** A choice less probable than this is looked at again. */
const SURE_PROBABILITY = 0.8;

/** What in the arguments of a call owes nothing to what was said; `isSpoken` tells values that stand in the conversation. */
export function doubtArguments(
  text: string,
  schema: JsonSchema | undefined,
  tokens: readonly WeighedToken[],
  isSpoken: (value: unknown) => boolean,
): ArgumentDoubts {
  const needless: ArgumentPath[] = [];
  const unsure: { place: ArgumentPlace; options: readonly unknown[] }[] = [];
  const copied: ArgumentPlace[] = [];
  let isGuess = false;
  const descriptions = JSON.stringify(schema ?? {});
  const isInNeedless = ({ path }: ArgumentPlace): boolean =>
    needless.some((other) => other.every((part, index) => path[index] === part));
  for (const place of argumentPlaces(text, schema)) {
    if (isInNeedless(place)) continue;
    const options = optionsOf(place.schema);
    const isNumber = typeof place.value === 'number';
    const least = options === undefined ? (isNumber ? LEAST_GAIN_OF_NUMBER : LEAST_GAIN) : LEAST_GAIN_OF_CLOSED;
    // The token that closes a text or an object says what follows it.
    const end = /["}\]]/.test(text[place.end - 1] ?? '') ? place.end - 1 : place.end;
    const isOwed = sum(tokens, place.pairStart, end, 'gain') >= least || isSpoken(place.value);
    if (place.isOptional && !isOwed) {
      needless.push(place.path);
      continue;
    }
    if (options !== undefined && sum(tokens, place.start, end, 'said') < Math.log(SURE_PROBABILITY)) {
      unsure.push({ place, options });
    }
    const gain = sum(tokens, place.start, end, 'gain');
    const isOpen = options === undefined && !isSpoken(place.value);
    if (!isOpen) continue;
    const prior = sum(tokens, place.start, end, 'said') - gain;
    if (isNumber && gain < LEAST_GAIN_OF_NUMBER && prior < PLAIN_PRIOR) isGuess = true;
    const isCopied = typeof place.value === 'string' && place.value !== '' && descriptions.includes(place.value);
    if (isCopied && gain < LEAST_GAIN_OF_COPIED) copied.push(place);
  }
  return { needless, unsure, copied, isGuess };
}

/** The values of a closed set; undefined where any may be given. */
function optionsOf(schema: JsonSchema | undefined): readonly unknown[] | undefined {
  if (Array.isArray(schema?.enum)) return schema.enum;
  return schema?.type === 'boolean' ? [true, false] : undefined;
}

/** Of the tokens that end after `start` and begin before `end`. */
function sum(tokens: readonly WeighedToken[], start: number, end: number, what: 'said' | 'gain'): number {
  return tokens.reduce((total, token) => (token.end > start && token.start < end ? total + token[what] : total), 0);
}
