import type { Token } from 'node-llama-cpp';
import type { NextTokens } from '../../../../../../plugins/local-model/engine/child/calls/name-likelihoods.ts';

/** Tokens of a model whose tokens are characters. */
export const tokensOf = (text: string): Token[] => Array.from(text, (letter) => (letter.codePointAt(0) ?? 0) as Token);

/** Probabilities of characters. */
export type Chances = Readonly<Record<string, number>>;

/** A model that gives characters the probabilities it is told for a text, and a millionth to each other one. */
export function playedNext(chances: (made: string) => Chances): NextTokens & { readonly asked: string[] } {
  const asked: string[] = [];
  const next: NextTokens = async (prompt, tokens) => {
    const made = String.fromCodePoint(...prompt);
    asked.push(made);
    const told = chances(made);
    return new Map(tokens.map((token) => [token, Math.log(told[String.fromCodePoint(token)] ?? 1e-6)]));
  };
  return Object.assign(next, { asked });
}
