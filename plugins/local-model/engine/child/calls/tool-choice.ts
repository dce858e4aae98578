import type { Token } from 'node-llama-cpp';
import type { WireTool } from '../../prompt/chat-request.ts';
import { nameLikelihoods, type NextTokens } from './name-likelihoods.ts';

/** Tools that may be looked at, and the least share of one after the first. */
const MAX_CANDIDATES = 3;
const LEAST_SHARE = 0.02;

/** What a tool is chosen from. */
interface ToolQuestion {
  readonly tools: readonly WireTool[];
  /** The prompt with the beginning of a call, up to where its name stands. */
  readonly prompt: readonly Token[];
  readonly tokenize: (text: string) => readonly Token[];
  readonly next: NextTokens;
}

/** A tool and how likely it is among those offered. */
export interface LikelyTool {
  readonly tool: WireTool;
  readonly share: number;
}

/** The tools that a call may be of, the likeliest first, by the likelihoods that the model gives to their names. */
export async function likelyTools({ tools, prompt, tokenize, next }: ToolQuestion): Promise<readonly LikelyTool[]> {
  const [only] = tools;
  if (only !== undefined && tools.length === 1) return [{ tool: only, share: 1 }];
  const names = tools.map((tool) => tokenize(`${JSON.stringify(tool.function.name).slice(1)},`));
  const likelihoods = await nameLikelihoods(prompt, names, next);
  const most = Math.max(...likelihoods);
  const weights = likelihoods.map((likelihood) => Math.exp(likelihood - most));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return tools
    .map((tool, index) => ({ tool, share: (weights[index] ?? 0) / total }))
    .toSorted((one, other) => other.share - one.share)
    .filter(({ share }, index) => index === 0 || share >= LEAST_SHARE)
    .slice(0, MAX_CANDIDATES);
}
