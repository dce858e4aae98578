import type { Token } from 'node-llama-cpp';
import type { WireTool } from '../../prompt/chat-request.ts';
import { nameLikelihoods, type NextTokens } from './name-likelihoods.ts';

/** Tools that may be looked at, and the least share of one after the first. */
const MAX_CANDIDATES = 3;
const LEAST_SHARE = 0.02;

/**
 * How much of its prior is taken off a tool, by the logarithms of the shares. Small models prefer the tool that is offered
 * first, whatever they are asked: Qwen2.5-Coder-0.5B gives it 0.8 to 0.9 where nothing was said.
 */
const PRIOR_WEIGHT = 0.5;

/** What a tool is chosen from. */
interface ToolQuestion {
  readonly tools: readonly WireTool[];
  /** The prompt with the beginning of a call, up to where its name stands. */
  readonly prompt: readonly Token[];
  /** The same where nothing was said; made only where the model is not sure. */
  readonly unsaid: () => readonly Token[];
  /** From this share on the first tool is taken as it is. */
  readonly sureShare: number;
  readonly tokenize: (text: string) => readonly Token[];
  readonly next: NextTokens;
}

/** A tool and how likely it is among those offered. */
export interface LikelyTool {
  readonly tool: WireTool;
  readonly share: number;
  /** Its share where nothing was said; undefined where that was not asked, as the model was sure. */
  readonly prior?: number;
}

/**
 * The tools that a call may be of, by the likelihoods that the model gives to their names: the one first that is likeliest
 * for what was said, apart from what it is likely anyway.
 */
export async function likelyTools(question: ToolQuestion): Promise<readonly LikelyTool[]> {
  const { tools, prompt, unsaid, sureShare, tokenize, next } = question;
  const [only] = tools;
  if (only !== undefined && tools.length === 1) return [{ tool: only, share: 1 }];
  const names = tools.map((tool) => tokenize(`${JSON.stringify(tool.function.name).slice(1)},`));
  const shares = sharesOf(await nameLikelihoods(prompt, names, next));
  const isSure = Math.max(...shares) >= sureShare;
  const priors = isSure ? undefined : sharesOf(await nameLikelihoods(unsaid(), names, next));
  return tools
    .map((tool, index) => ({ tool, share: shares[index] ?? 0, prior: priors?.[index] }))
    .toSorted((one, other) => other.share - one.share)
    .filter(({ share }, index) => index === 0 || share >= LEAST_SHARE)
    .slice(0, MAX_CANDIDATES)
    .toSorted((one, other) => scoreOf(other) - scoreOf(one));
}

function scoreOf({ share, prior = 1 }: LikelyTool): number {
  return Math.log(share) - PRIOR_WEIGHT * Math.log(prior);
}

function sharesOf(likelihoods: readonly number[]): readonly number[] {
  const most = Math.max(...likelihoods);
  const weights = likelihoods.map((likelihood) => Math.exp(likelihood - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return weights.map((weight) => weight / total);
}
