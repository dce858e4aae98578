import type { Token } from 'node-llama-cpp';

/** Gives the logarithms of the probabilities of some tokens as the next after a prompt. */
export type NextTokens = (prompt: readonly Token[], tokens: readonly Token[]) => Promise<ReadonlyMap<Token, number>>;

/** A name this much less likely (e^-14, a millionth) than a whole one is out of the race: it is not looked at to its end. */
const LEAST_DIFFERENCE = 14;

interface Branch {
  readonly names: readonly number[];
  readonly path: readonly Token[];
  readonly likelihood: number;
}

/**
 * The logarithm of the likelihood of each name after a prompt, in the order of the names. Names are followed only to where
 * they part, and unlikely ones not even that far (theirs is then an upper bound), so that most choices take one evaluation
 * and the number of names hardly matters.
 */
export async function nameLikelihoods(
  prompt: readonly Token[],
  names: readonly (readonly Token[])[],
  next: NextTokens,
): Promise<readonly number[]> {
  const likelihoods = names.map(() => -Infinity);
  let best = -Infinity;
  let open: Branch[] = [{ names: names.map((_, index) => index), path: [], likelihood: 0 }];
  while (open.length > 0) {
    const [branch, ...rest] = open.sort((one, other) => other.likelihood - one.likelihood);
    if (branch === undefined) break;
    open = rest;
    const isDecided = branch.names.length === 1 && (branch.path.length > 0 || names.length === 1);
    if (isDecided || branch.likelihood < best - LEAST_DIFFERENCE) {
      for (const index of branch.names) likelihoods[index] = branch.likelihood;
      best = Math.max(best, branch.likelihood);
      continue;
    }
    open.push(...(await parted(branch, names, (tokens) => next([...prompt, ...branch.path], tokens))));
  }
  return likelihoods;
}

async function parted(
  { names: members, path, likelihood }: Branch,
  names: readonly (readonly Token[])[],
  next: (tokens: readonly Token[]) => Promise<ReadonlyMap<Token, number>>,
): Promise<Branch[]> {
  const groups = Map.groupBy(members, (index) => names[index]?.[path.length]);
  const tokens = [...groups.keys()].filter((token) => token !== undefined);
  const probabilities = await next(tokens);
  return [...groups].map(([token, group]) => ({
    // Equal names end together; the first of them is as good as the others.
    names: token === undefined ? group.slice(0, 1) : group,
    path: token === undefined ? path : [...path, token],
    likelihood: likelihood + (token === undefined ? 0 : (probabilities.get(token) ?? -Infinity)),
  }));
}
