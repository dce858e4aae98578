import type { BaseMessage } from '@langchain/core/messages';
import type { AgentRequest } from '../../contracts/agent/agent.ts';
import { estimateTextTokens } from '../../routing/chat/estimate-text.ts';
import { estimatePromptTokens } from '../../routing/chat/estimate-tokens.ts';

/** What a turn adds at most where the window is large; more passages help a small model less than they distract it. */
const MOST_TOKENS = 1_500;

/** Share of the window that passages and facts take at most. */
const SHARE_OF_WINDOW = 0.4;

/** Room kept for the answer when the caller sets no maximum. */
const ANSWER_TOKENS = 512;

/** Share of the budget that standing facts may take. */
const SHARE_OF_FACTS = 0.3;

/** The last passage is cut to what is left, when that is worth reading. */
const SHORTEST_CUT_TOKENS = 60;

/** What else the prompt of a turn holds. */
interface PromptParts {
  readonly messages: readonly BaseMessage[];
  readonly tools: readonly unknown[];
  readonly parameters: AgentRequest['parameters'];
  /** Window of the model that was chosen; unknown for some servers. */
  readonly contextTokens: number | undefined;
}

/** Tokens of the window that a prompt and its answer leave, below 0 for a prompt that is too long; undefined for an unknown window. */
export function leftOfWindow({ messages, tools, parameters, contextTokens }: PromptParts): number | undefined {
  if (contextTokens === undefined) return undefined;
  return contextTokens - (parameters?.maxTokens ?? ANSWER_TOKENS) - estimatePromptTokens(messages, tools);
}

/** Tokens that context may take: never more than the window leaves beside the messages and the answer; 0 for none. */
export function contextBudget(parts: PromptParts): number {
  const { contextTokens } = parts;
  const left = leftOfWindow(parts);
  if (contextTokens === undefined || left === undefined) return MOST_TOKENS;
  return Math.max(0, Math.min(mostContext(contextTokens), left));
}

/** Tokens that context takes at most in a window where nothing else stands. */
export function mostContext(contextTokens: number): number {
  return Math.min(MOST_TOKENS, Math.floor(contextTokens * SHARE_OF_WINDOW));
}

/** The first facts that fit into their share of the budget, and what is left for passages. */
export function fitFacts(facts: readonly string[], budget: number): { kept: readonly string[]; left: number } {
  const most = Math.floor(budget * SHARE_OF_FACTS);
  let used = 0;
  const kept = facts.filter((fact) => {
    const tokens = estimateTextTokens(fact) + 4;
    if (used + tokens > most) return false;
    used += tokens;
    return true;
  });
  return { kept, left: budget - used };
}

/** The first passages that fit, as they are written for the model; the last one may be cut. */
export function fitPassages<Passage extends { readonly text: string }>(
  passages: readonly Passage[],
  budget: number,
  write: (passage: Passage) => string,
): readonly Passage[] {
  const kept: Passage[] = [];
  let left = budget;
  for (const passage of passages) {
    const tokens = estimateTextTokens(write(passage)) + 2;
    if (tokens <= left) {
      kept.push(passage);
      left -= tokens;
      continue;
    }
    const excess = tokens - left;
    if (left >= SHORTEST_CUT_TOKENS) {
      const share = 1 - (excess + 4) / Math.max(1, estimateTextTokens(passage.text));
      const text = passage.text.slice(0, Math.max(0, Math.floor(passage.text.length * share)));
      const cut = { ...passage, text: `${text.replace(/\s+\S*$/, '')} …` };
      if (text !== '' && estimateTextTokens(write(cut)) + 2 <= left) kept.push(cut);
    }
    break;
  }
  return kept;
}
