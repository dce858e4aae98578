import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { AIMessageChunk, BaseMessage } from '@langchain/core/messages';
import type { AgentEvent, AnswerInterruption } from '../../contracts/agent/agent.ts';
import type { InterruptedText } from '../../contracts/settings/settings.ts';
import { AnswerText } from '../citations/answer-text.ts';
import type { TurnCitations } from '../citations/turn-citations.ts';
import { ContinuationTrimmer } from './continuation-trimmer.ts';
import type { Resumptions } from './resumptions.ts';
import { reasoningOf, type TurnState } from './turn-state.ts';

/** How much of the end of an answer its continuation is to begin with. */
const REPEATED_WORDS = 6;
const REPEATED_CHARACTERS = 80;

/**
 * Asks for the rest of an answer. Repeated words show where the two parts meet, and whether the last one was whole; they
 * are not shown. A model of half a billion parameters goes on from words that are quoted, and begins anew without them.
 */
function writeCarryOn(said: string): string {
  const words = said
    .split(/(?<=\s)/)
    .slice(-REPEATED_WORDS)
    .join('')
    .slice(-REPEATED_CHARACTERS);
  return (
    'Your answer above broke off. Write the rest of it. ' +
    `The first words of your reply must be these, its last ones: ${words}`
  );
}

/** What a turn without tools needs. */
interface PlainTurn {
  /** The model of the next call; it avoids what broke off in this turn. */
  readonly openModel: () => Promise<BaseChatModel>;
  readonly messages: readonly BaseMessage[];
  readonly state: TurnState;
  readonly citations: TurnCitations;
  readonly resumptions: Resumptions;
  readonly interruptedText: InterruptedText;
  readonly signal: AbortSignal;
}

/** An answer as far as it has come. */
interface Draft {
  readonly messages: readonly BaseMessage[];
  readonly answer: AnswerText;
  readonly trimmer?: ContinuationTrimmer;
  /** As the models said it, without what was repeated. */
  said: string;
}

/** One answer without tools, streamed. One that breaks off is told, asked anew, or carried on, as the setting says. */
export async function* runPlainTurn(turn: PlainTurn): AsyncGenerator<AgentEvent, void> {
  let draft = beginDraft(turn);
  for (;;) {
    try {
      return yield* streamDraft(turn, draft);
    } catch (error) {
      const how = howToGoOn(turn.interruptedText, draft);
      if (how === undefined || !turn.resumptions.takeUp(error, how)) {
        yield* draft.answer.end();
        throw error;
      }
      draft = how === 'continued' ? await carryOn(turn, draft) : beginDraft(turn);
    }
  }
}

function beginDraft({ messages, state, citations }: PlainTurn): Draft {
  return { messages, answer: new AnswerText(state, citations), said: '' };
}

/** An answer of which there is no word yet has nothing to be carried on. */
function howToGoOn(setting: InterruptedText, { said }: Draft): AnswerInterruption['how'] | undefined {
  if (setting === 'stop') return undefined;
  return setting === 'continue' && said.trim() !== '' ? 'continued' : 'restarted';
}

async function carryOn({ messages }: PlainTurn, { answer, said }: Draft): Promise<Draft> {
  const { AIMessage, HumanMessage } = await import('@langchain/core/messages');
  const asked = [...messages, new AIMessage(said), new HumanMessage(writeCarryOn(said))];
  return { messages: asked, answer, trimmer: new ContinuationTrimmer(said), said };
}

async function* streamDraft(turn: PlainTurn, draft: Draft): AsyncGenerator<AgentEvent, void> {
  const { concat } = await import('@langchain/core/utils/stream');
  const { answer, trimmer } = draft;
  const model = await turn.openModel();
  let whole: AIMessageChunk | undefined;
  for await (const chunk of await model.stream([...draft.messages], { signal: turn.signal })) {
    whole = whole === undefined ? chunk : concat(whole, chunk);
    const reasoning = reasoningOf(chunk);
    if (reasoning !== '') yield { kind: 'reasoning', text: reasoning };
    yield* take(draft, trimmer === undefined ? chunk.text : trimmer.push(chunk.text));
  }
  yield* take(draft, trimmer?.end() ?? '');
  yield* answer.end();
  if (whole !== undefined) turn.state.add(await answer.finish(whole));
}

function take(draft: Draft, text: string): AgentEvent[] {
  draft.said += text;
  return draft.answer.take(text);
}
