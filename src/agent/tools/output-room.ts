import { estimateTextTokens } from '../../routing/chat/estimate-text.ts';

/** Share of the window that one result may take. */
const SHARE_OF_WINDOW = 0.25;

/** Share of what is left of the window that one result may take, so that there is room for another and for the answer. */
const SHARE_OF_REST = 0.5;

/** However little is left, so much is told; a shorter text says nothing. */
const LEAST_TOKENS = 64;

/** By the estimate no text has more, so the rest of a huge one need not be counted. */
const MOST_CHARACTERS_PER_TOKEN = 16;

/** What bounds results. */
interface OutputLimits {
  /** Window of the model; unknown for some servers. */
  readonly contextTokens: number | undefined;
  /** What the prompt and the answer leave of it. */
  readonly leftTokens: number | undefined;
  /** Longest result of a tool that says nothing itself. */
  readonly outputTokens: number;
}

/** The part of the window that the results of one turn share. */
export class OutputRoom {
  readonly #limits: OutputLimits;
  #usedTokens = 0;

  constructor(limits: OutputLimits) {
    this.#limits = limits;
  }

  /** The text as far as there is room for it; one that is cut says so at its end. */
  bound(text: string, wantedTokens: number | undefined): string {
    const bounded = cutToTokens(text, this.#most(wantedTokens));
    this.#usedTokens += estimateTextTokens(bounded);
    return bounded;
  }

  #most(wantedTokens: number | undefined): number {
    const { contextTokens, leftTokens, outputTokens } = this.#limits;
    const share = contextTokens === undefined ? Infinity : contextTokens * SHARE_OF_WINDOW;
    const rest = leftTokens === undefined ? Infinity : (leftTokens - this.#usedTokens) * SHARE_OF_REST;
    return Math.max(LEAST_TOKENS, Math.floor(Math.min(wantedTokens ?? outputTokens, share, rest)));
  }
}

/** The beginning of a text, within so many tokens by estimate and with a line that tells what is missing; whole when it fits. */
export function cutToTokens(text: string, tokens: number): string {
  const most = tokens * MOST_CHARACTERS_PER_TOKEN;
  if (text.length <= most && estimateTextTokens(text) <= tokens) return text;
  let shown = Math.min(text.length, most);
  for (;;) {
    const cut = withMark(text, shown);
    const excess = estimateTextTokens(cut) / tokens;
    if (excess <= 1 || shown === 0) return cut;
    shown = Math.floor(shown * Math.min(0.95, 1 / excess));
  }
}

function withMark(text: string, shown: number): string {
  // A pair of code units is one character.
  const code = text.charCodeAt(shown - 1);
  const length = code >= 0xd800 && code < 0xdc00 ? shown - 1 : shown;
  return `${text.slice(0, length)}\n... cut: ${length} of ${text.length} characters shown`;
}
