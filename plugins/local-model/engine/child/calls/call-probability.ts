import type { Token } from 'node-llama-cpp';
import type { CallBeginnings } from '../language-model.ts';
import type { NextTokens } from './name-likelihoods.ts';

/**
 * The probability that the reply to a prompt begins like a tool call, read off the model's own distribution of the first
 * token. What is fenced may be a call or code, so the token after the fence is looked at too.
 */
export async function callProbability(
  prompt: readonly Token[],
  { plain, fence }: CallBeginnings,
  next: NextTokens,
): Promise<number> {
  const first = await next(prompt, fence === undefined ? plain : [...plain, fence[0]]);
  const ofPlain = plain.reduce((sum, token) => sum + probabilityOf(first, token), 0);
  if (fence === undefined) return ofPlain;
  const ofFence = probabilityOf(first, fence[0]);
  const canMatter = ofFence > LEAST_FENCE;
  if (!canMatter) return ofPlain;
  const second = await next([...prompt, fence[0]], [fence[1]]);
  return ofPlain + ofFence * probabilityOf(second, fence[1]);
}

/** A fence less likely than this cannot change a decision. */
const LEAST_FENCE = 0.05;

function probabilityOf(logarithms: ReadonlyMap<Token, number>, token: Token): number {
  return Math.exp(logarithms.get(token) ?? -Infinity);
}
