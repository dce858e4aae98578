import { stringCharacter, type GrammarRules } from './grammar-rules.ts';

/** Rules that accept any JSON value, object or array. */
export function anyValue(rules: GrammarRules): {
  readonly value: string;
  readonly object: string;
  readonly array: string;
} {
  const character = stringCharacter(rules);
  const text = rules.add('any-string', `"\\"" ${character}* "\\""`);
  const number = rules.add('any-number', NUMBER);
  // The three rules need each other, so their names are fixed; a second definition is the same text.
  const pair = `${text} ": " any-value`;
  const object = rules.add('any-object', `"{" (${pair} (", " ${pair})*)? "}"`);
  const array = rules.add('any-array', `"[" (any-value (", " any-value)*)? "]"`);
  const value = rules.add('any-value', `${object} | ${array} | ${text} | ${number} | "true" | "false" | "null"`);
  return { value, object, array };
}

/** A JSON number with bounded digits: an unbounded one lets a model write digits for ever. */
export const NUMBER = '"-"? ("0" | [1-9] [0-9]{0,15}) ("." [0-9]{1,15})? ([eE] [-+]? [0-9]{1,3})?';
