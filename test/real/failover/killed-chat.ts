import { setTimeout as wait } from 'node:timers/promises';
import type { CliWorkspace } from '../../cli/support/cli-workspace.ts';
import { breakerStates, told, untilNoneRests, type KilledHouse } from './killed-house.ts';
import { TimedChat } from './timed-chat.ts';

const STORY = 'Tell me a long story about a sailor and a lighthouse.';
const QUESTION = 'What is the capital of France? Answer in one word.';
const TURN_LIMIT_MS = 90_000;
const RETURN_LIMIT_MS = 30_000;
const WORDS_BEFORE_KILL = 12;
/** It may have been found back while it loaded its model; by then it was looked at again. */
const LOADED_WITHIN_MS = 2_500;

/** The line that closes an answer: who gave it, when it began, and where to read why. */
const CLOSING =
  /^(primary|spare):\S+ · .*?(?:first token ([\d.]+) (ms|s) · )?[\d.]+ m?s(?: ·[^\n]*)? · wooster why (\w+)$/m;
/** How an answer that broke off is marked. */
const MARKS = {
  stop: /^E_INTERRUPTED [^\n]*$/m,
  restart: /^\[interrupted after \d+ tokens on primary:[^\n]*asked again of spare:[^\n]*\]$/m,
  continue: /^\[interrupted after \d+ tokens on primary:[^\n]*carried on by spare:[^\n]*\]$/m,
} as const;

/** What follows an answer that breaks off. */
export type AfterBreak = keyof typeof MARKS;

/** One turn that was answered. */
export interface AnsweredTurn {
  readonly by: string;
  readonly decisionId: string;
  /** From the key that sent the line, or from the kill, until the answer began to appear. */
  readonly firstTextMs: number;
  readonly text: string;
}

/** A conversation whose model server was killed while it spoke. */
export interface KilledChat {
  readonly mode: AfterBreak;
  readonly transcript: string;
  /** The story as far as it was shown when the server died. */
  readonly partial: string;
  readonly mark: string;
  /** From the kill until the mark. */
  readonly markMs: number;
  /** Where another model took the answer up: the rest of it. */
  readonly resumed: AnsweredTurn | undefined;
  readonly next: AnsweredTurn;
  readonly afterReturn: AnsweredTurn;
  /** States of the breakers while the server was gone. */
  readonly statesOut: Readonly<Record<string, string>>;
  readonly breakersBefore: string;
  readonly breakersOut: string;
  readonly breakersAfter: string;
  readonly whyNext: string;
  readonly whyAfterReturn: string;
  readonly screen: string;
}

async function answeredTurn(chat: TimedChat, fromMs: number): Promise<AnsweredTurn> {
  const begun = await chat.until(/\S/, TURN_LIMIT_MS);
  const { match } = await chat.until(CLOSING, TURN_LIMIT_MS);
  const text = begun.match[0] + match.input.slice(0, match.index);
  await chat.until(/you> /, TURN_LIMIT_MS);
  return { by: match[1] ?? '', decisionId: match[4] ?? '', firstTextMs: begun.atMs - fromMs, text: text.trimEnd() };
}

/** Types a question; the echo of it is not the answer. */
async function ask(chat: TimedChat, question: string): Promise<AnsweredTurn> {
  const typedMs = chat.type(question);
  await chat.until(/\n/, TURN_LIMIT_MS);
  return answeredTurn(chat, typedMs);
}

interface Broken {
  readonly partial: string;
  readonly mark: string;
  readonly markMs: number;
  readonly resumed: AnsweredTurn | undefined;
}

/** The story, its server killed after a dozen words. */
async function breakStory(chat: TimedChat, house: KilledHouse, mode: AfterBreak): Promise<Broken> {
  chat.type(STORY);
  await chat.until(/\n/, TURN_LIMIT_MS);
  const begun = await chat.until(new RegExp(`(?:\\S+\\s+){${WORDS_BEFORE_KILL}}`), TURN_LIMIT_MS);
  const { pid } = house;
  house.kill();
  const killedMs = chat.event(`kill -9 ${pid} (llama-server)`);
  const { atMs, match } = await chat.until(MARKS[mode], TURN_LIMIT_MS);
  const broken = {
    partial: (begun.match[0] + match.input.slice(0, match.index)).trim(),
    mark: match[0],
    markMs: atMs - killedMs,
  };
  if (mode !== 'stop') return { ...broken, resumed: await answeredTurn(chat, killedMs) };
  await chat.until(/you> /, TURN_LIMIT_MS);
  return { ...broken, resumed: undefined };
}

/** Talks, kills the server in mid-sentence, talks on, brings it back, and talks again. */
export async function holdKilledChat(
  house: KilledHouse,
  workspace: CliWorkspace,
  mode: AfterBreak,
): Promise<KilledChat> {
  const breakersBefore = await told(workspace, ['health', '--breakers']);
  const chat = new TimedChat(workspace, ['--tools', 'none', '--temperature', '0', '--max-tokens', '120']);
  await chat.until(/you> /, TURN_LIMIT_MS);
  const broken = await breakStory(chat, house, mode);
  const breakersOut = await told(workspace, ['health', '--breakers']);
  const statesOut = await breakerStates(workspace);
  const next = await ask(chat, QUESTION);
  await house.restart();
  chat.event(`llama-server is started again on its port (process ${house.pid})`);
  await untilNoneRests(workspace, RETURN_LIMIT_MS);
  chat.event('`wooster health --breakers` shows nothing at rest');
  await wait(LOADED_WITHIN_MS);
  const afterReturn = await ask(chat, 'And of Italy?');
  chat.type('/exit');
  await chat.ended;
  return {
    mode,
    transcript: chat.transcript(),
    ...broken,
    next,
    afterReturn,
    statesOut,
    breakersBefore,
    breakersOut,
    breakersAfter: await told(workspace, ['health', '--breakers']),
    whyNext: await told(workspace, ['why', next.decisionId]),
    whyAfterReturn: await told(workspace, ['why', afterReturn.decisionId]),
    screen: chat.screen,
  };
}
