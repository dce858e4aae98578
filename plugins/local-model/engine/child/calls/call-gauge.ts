import type { WireTool } from '../../prompt/chat-request.ts';

/** Gives how likely a call is after words of a user. */
type ProbabilityOf = (words: string) => Promise<number>;

/** What is known of a model that is offered a set of tools. */
interface Gauged {
  /** Whether it begins a call whatever it is told. */
  readonly isEager: boolean;
  /** From this probability on that the reply begins like a call, a call is meant. */
  readonly threshold: number;
}

/** Sets of tools that are remembered. */
const MAX_KEPT = 32;

/** From this probability on that a call answers words that need none, a model begins calls for anything. */
const EAGER_PROBABILITY = 0.5;

/** From this probability on a call is meant, whatever the model. */
export const PLAIN_THRESHOLD = 0.25;

/** Odds that differ by less (e^2, about seven times) tell nothing apart. */
const LEAST_DISTANCE = 2;

/** Words of a user that no tool is needed for. */
const IDLE_WORDS = ['Hello!', 'Who wrote Hamlet?'];

/** Tools whose descriptions are tried as words that need them. */
const TRIED_TOOLS = 2;

/**
 * Finds out, once for a set of tools, how a model that is offered them begins its replies: to words that need no tool, and to
 * the descriptions of tools, as if a user said them. A model too shy to begin calls at all is taken at its word half-way
 * between the two, by the logarithms of the odds.
 */
export class CallGauge {
  readonly #known = new Map<string, Gauged>();

  async gauge(tools: readonly WireTool[], probabilityOf: ProbabilityOf): Promise<Gauged> {
    const key = JSON.stringify(tools);
    const known = this.#known.get(key);
    if (known !== undefined) return known;
    const gauged = await gauge(tools, probabilityOf);
    this.#known.set(key, gauged);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MAX_KEPT && oldest !== undefined) this.#known.delete(oldest);
    return gauged;
  }
}

async function gauge(tools: readonly WireTool[], probabilityOf: ProbabilityOf): Promise<Gauged> {
  const idle: number[] = [];
  for (const words of IDLE_WORDS) idle.push(await probabilityOf(words));
  if (Math.max(...idle) >= EAGER_PROBABILITY) return { isEager: true, threshold: PLAIN_THRESHOLD };
  const wanted: number[] = [];
  for (const { function: tool } of tools.slice(0, TRIED_TOOLS)) {
    wanted.push(await probabilityOf(tool.description || tool.name.replaceAll(/[_-]+/g, ' ')));
  }
  const low = logOdds(Math.max(...idle));
  const high = logOdds(Math.min(...wanted));
  const threshold = high - low < LEAST_DISTANCE ? PLAIN_THRESHOLD : 1 / (1 + Math.exp(-(low + high) / 2));
  return { isEager: false, threshold: Math.min(PLAIN_THRESHOLD, threshold) };
}

/** Of a probability that is neither 0 nor 1 after rounding. */
export function logOdds(probability: number): number {
  const inner = Math.min(Math.max(probability, 1e-6), 1 - 1e-6);
  return Math.log(inner / (1 - inner));
}
