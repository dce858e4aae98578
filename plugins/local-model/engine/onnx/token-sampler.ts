import type { Sampling } from '../child/generation-slot.ts';

/** Tokens less likely than this against the likeliest, as a logarithm, are never drawn: together they are below a millionth. */
const NEGLIGIBLE = -20;

/** Numbers between 0 and 1 that are the same for the same seed (mulberry32). */
function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

interface Candidate {
  readonly token: number;
  /** Against the likeliest, which is 1. */
  readonly weight: number;
}

/** Chooses tokens of one answer, the same ones for the same seed; temperature 0 takes the likeliest. */
export class TokenSampler {
  readonly #sampling: Sampling;
  readonly #random: () => number;
  readonly #counts = new Map<number, number>();

  constructor(sampling: Sampling) {
    this.#sampling = sampling;
    this.#random = seededRandom(sampling.seed);
  }

  /** The next token, given one logit a token of the vocabulary; it remembers what it chose, for the penalties. */
  choose(logits: Float32Array): number {
    const scores = this.#penalized(logits);
    const { temperature } = this.#sampling;
    const token = temperature <= 0 ? likeliest(scores) : this.#draw(scores, temperature);
    this.#counts.set(token, (this.#counts.get(token) ?? 0) + 1);
    return token;
  }

  /** As OpenAI describes them: so much less for each time a token came, and once for having come at all. */
  #penalized(logits: Float32Array): Float32Array {
    const { penalties } = this.#sampling;
    if (penalties === undefined || this.#counts.size === 0) return logits;
    const scores = logits.slice();
    for (const [token, count] of this.#counts) {
      const score = scores[token] ?? 0;
      const repeated = score > 0 ? score / penalties.repeat : score * penalties.repeat;
      scores[token] = repeated - penalties.frequency * count - penalties.presence;
    }
    return scores;
  }

  #draw(scores: Float32Array, temperature: number): number {
    const { topK, topP, minP } = this.#sampling;
    const best = scores[likeliest(scores)] ?? 0;
    const ranked = candidatesOf(scores, best, temperature);
    const few = topK > 0 ? ranked.slice(0, topK) : ranked;
    const kept = nucleus(few, topP).filter(({ weight }, place) => place === 0 || weight >= minP);
    const total = kept.reduce((sum, { weight }) => sum + weight, 0);
    let rest = this.#random() * total;
    for (const { token, weight } of kept) {
      rest -= weight;
      if (rest < 0) return token;
    }
    return kept.at(-1)?.token ?? likeliest(scores);
  }
}

function likeliest(scores: Float32Array): number {
  let best = 0;
  for (let token = 1; token < scores.length; token += 1) if (scores[token]! > scores[best]!) best = token;
  return best;
}

function candidatesOf(scores: Float32Array, best: number, temperature: number): Candidate[] {
  const candidates: Candidate[] = [];
  for (const [token, score] of scores.entries()) {
    const exponent = (score - best) / temperature;
    if (exponent >= NEGLIGIBLE) candidates.push({ token, weight: Math.exp(exponent) });
  }
  return candidates.sort((left, right) => scores[right.token]! - scores[left.token]!);
}

/** The fewest of the likeliest that make up the share `topP`; at least one. */
function nucleus(ranked: readonly Candidate[], topP: number): readonly Candidate[] {
  if (topP >= 1) return ranked;
  const share = topP * ranked.reduce((sum, { weight }) => sum + weight, 0);
  let sum = 0;
  const end = ranked.findIndex(({ weight }) => (sum += weight) >= share);
  return ranked.slice(0, Math.max(1, end + 1));
}
