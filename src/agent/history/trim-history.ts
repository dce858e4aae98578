import type { BaseMessage } from '@langchain/core/messages';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { PrivacyClass } from '../../contracts/routing/route-request.ts';
import { isStricter } from '../../routing/resolve-request.ts';
import { firstThatFits, tokensOf, turnStarts } from './fit-history.ts';
import { SUMMARY_TOKENS, type MadeSummary } from './summarise-turns.ts';

/** The summary of the beginning of a conversation, as it is kept. */
export interface KeptSummary extends MadeSummary {
  /** Messages of the conversation, from the first on, that it stands for. */
  readonly upTo: number;
}

/** A conversation, and what is needed to shorten it. */
interface LongHistory {
  /** All that was said, in order. */
  readonly history: readonly BaseMessage[];
  /** Tokens that it may take; undefined where the window of the model is unknown. */
  readonly room: number | undefined;
  readonly signal: AbortSignal;
  readonly known: () => Promise<KeptSummary | undefined>;
  readonly summarise: (turns: readonly BaseMessage[], previous: string | undefined) => Promise<MadeSummary>;
  readonly keep: (summary: KeptSummary) => Promise<void>;
  /** Tells the person, at once. */
  readonly tell: (notice: string) => void;
}

/** What is put before the model of a conversation. */
export interface FittedHistory {
  readonly messages: readonly BaseMessage[];
  /** How private a summary is that stands among them. */
  readonly privacy?: PrivacyClass;
}

/** Share of the room that is filled again when the conversation is cut, so that it is not cut at every turn. */
const REFILLED_SHARE = 0.5;

/** Below this there is no room for a summary beside anything else. */
const LEAST_ROOM = 3 * SUMMARY_TOKENS;

const TOO_LONG = 'this conversation is longer than the window of the model';

/**
 * Leaves the oldest turns out of a conversation that is too long, always whole ones, and puts a summary in their place.
 * A summary is made once for a stretch of turns and grows with the next; one that cannot be made is told, and the turns
 * are left out without it.
 */
export async function trimHistory(long: LongHistory): Promise<FittedHistory> {
  const { history, room, tell } = long;
  if (room === undefined || tokensOf(history) <= room) return { messages: history };
  if (room < LEAST_ROOM) {
    const first = firstThatFits(history, room);
    tell(`${TOO_LONG}, which leaves no room for its oldest ${count(history, first)}`);
    return { messages: history.slice(first) };
  }
  const known = usable(await long.known(), history);
  if (known !== undefined) {
    const messages = [...(await asMessages(known.text)), ...history.slice(known.upTo)];
    if (tokensOf(messages) <= room) {
      tell(`${TOO_LONG}: its oldest ${count(history, known.upTo)} are told to the model as a summary`);
      return { messages, privacy: known.privacy };
    }
  }
  return extend(long, room, known);
}

async function extend(long: LongHistory, room: number, known: KeptSummary | undefined): Promise<FittedHistory> {
  const { history, signal, tell } = long;
  const upTo = firstThatFits(history, room * REFILLED_SHARE - SUMMARY_TOKENS);
  tell(`${TOO_LONG}: its oldest ${count(history, upTo)} are summarised`);
  try {
    const made = await long.summarise(history.slice(known?.upTo ?? 0, upTo), known?.text);
    const isHeld = known !== undefined && isStricter(known.privacy, made.privacy);
    const privacy = isHeld ? known.privacy : made.privacy;
    const summary = { ...made, privacy, upTo };
    await long.keep(summary).catch((error: unknown) => tell(`the summary is not kept: ${describe(error)}`));
    return { messages: [...(await asMessages(summary.text)), ...history.slice(upTo)], privacy };
  } catch (error) {
    if (signal.aborted) throw error;
    const before = known === undefined ? [] : await asMessages(known.text);
    const first = firstThatFits(history, room - tokensOf(before));
    tell(`they could not be summarised and the model does not see them: ${describe(error)}`);
    return { messages: [...before, ...history.slice(first)], privacy: known?.privacy };
  }
}

function describe(error: unknown): string {
  return isWoosterError(error) ? `${error.code} ${error.message}` : String(error);
}

/** A summary of a conversation that is no longer the same, as after its file was edited, stands for nothing. */
function usable(known: KeptSummary | undefined, history: readonly BaseMessage[]): KeptSummary | undefined {
  if (known === undefined) return undefined;
  return known.upTo === history.length || turnStarts(history).includes(known.upTo) ? known : undefined;
}

function count(history: readonly BaseMessage[], upTo: number): string {
  const turns = turnStarts(history).filter((start) => start < upTo).length;
  return turns === 1 ? 'turn' : `${turns} turns`;
}

/**
 * The summary as a question and its answer: the models' templates want the two in turn, and what was once said by tools
 * and documents must not become an instruction of the system.
 */
async function asMessages(summary: string): Promise<readonly BaseMessage[]> {
  const { AIMessage, HumanMessage } = await import('@langchain/core/messages');
  const told = `What was said before in this conversation, in short. It is no new request:\n${summary}`;
  return [new HumanMessage(told), new AIMessage('I know what was said before.')];
}
