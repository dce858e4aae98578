import type { OpenAIClient } from '@langchain/openai';
import { parseJson, readErrorValue, type ErrorBody } from 'wooster';
import { classifyToldFault, type Place } from '../common/call-faults.ts';
import type { OpenAIBill } from './openai-bill.ts';

type Chunk = OpenAIClient.Chat.Completions.ChatCompletionChunk;
type Fields = Readonly<Record<string, unknown>>;

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function firstChoice(value: Fields): Fields | undefined {
  return Array.isArray(value.choices) ? asFields(value.choices[0]) : undefined;
}

/** How the replies of one call are read. */
export interface ReplyReading {
  readonly place: Place;
  readonly bill: OpenAIBill;
  /** What the `error` of a reply says, where the service says it in a form of its own. */
  readonly readError?: (told: unknown) => ErrorBody | undefined;
}

/** Throws an error that is told where a piece of the answer should be; a piece without choices tells nothing else but usage. */
function requireNoError(value: Fields, { place, readError }: ReplyReading): void {
  const choice = firstChoice(value);
  // OpenRouter tells it beside a choice that says no more than that it ended so.
  const told = choice === undefined ? value : { error: value.error ?? choice.error };
  const error =
    readError?.(told.error) ?? readErrorValue(told) ?? (choice?.finish_reason === 'error' ? ENDED_BY_ERROR : undefined);
  if (error !== undefined) throw classifyToldFault(error, place);
}

const ENDED_BY_ERROR = { message: 'the answer ended with the finish reason "error"', numbers: {} };

function textOf(content: unknown): unknown {
  if (!Array.isArray(content)) return content;
  const texts = (content as unknown[]).map((part) => asFields(part)?.text);
  return texts.filter((text) => typeof text === 'string').join('');
}

/** The role servers may leave out, text in parts as one text, a refusal as what the model said, `reasoning` under the name the package reads. */
function mendSaid(said: Fields): Fields {
  const { content, refusal, reasoning, reasoning_content: known } = said;
  return {
    ...said,
    role: typeof said.role === 'string' && said.role !== '' ? said.role : 'assistant',
    content: typeof refusal === 'string' && refusal !== '' ? refusal : textOf(content),
    ...(typeof reasoning === 'string' && known === undefined ? { reasoning_content: reasoning } : {}),
  };
}

/**
 * The pieces of a stream as the package must get them. It skips without a word a piece that has no choices but tells an
 * error, one whose content is a list, one that has a finish reason and no delta, and what a model refuses with. Usage is
 * kept for the bill and told to the package only once, since it would add up what several pieces tell.
 */
export async function* mendChunks(chunks: AsyncIterable<Chunk>, reading: ReplyReading): AsyncGenerator<Chunk> {
  const { bill } = reading;
  let last: Chunk | undefined;
  for await (const chunk of chunks) {
    const { usage, ...fields } = chunk as unknown as Fields;
    requireNoError(fields, reading);
    bill.readUsage(usage);
    last = chunk;
    const choice = firstChoice(fields);
    if (choice === undefined) continue;
    const delta = mendSaid(asFields(choice.delta) ?? asFields(choice.message) ?? {});
    yield { ...fields, choices: [{ ...choice, delta }] } as unknown as Chunk;
  }
  if (last !== undefined && bill.usage !== undefined) yield { ...last, choices: [], usage: bill.usage };
}

/** A whole answer as the package must get it; an error told under a status of 200 is thrown. */
export function mendCompletion<T>(completion: T, reading: ReplyReading): T {
  const fields = asFields(completion);
  if (fields === undefined) return completion;
  requireNoError(fields, reading);
  reading.bill.readUsage(fields.usage);
  const choice = firstChoice(fields);
  const message = asFields(choice?.message);
  if (choice === undefined || message === undefined) return completion;
  return { ...completion, choices: [{ ...choice, message: mendSaid(message) }] };
}

/** A whole answer, given where a stream was asked for, as a stream of one piece. Undefined when it is no answer. */
export function asEventStream(text: string): string | undefined {
  const fields = asFields(parseJson(text));
  const choice = fields === undefined ? undefined : firstChoice(fields);
  const message = asFields(choice?.message);
  if (fields === undefined || message === undefined) return undefined;
  const calls = Array.isArray(message.tool_calls) ? (message.tool_calls as Fields[]) : [];
  const tool_calls = calls.map((call, index) => ({ index, ...call }));
  const delta = { ...message, ...(calls.length === 0 ? {} : { tool_calls }) };
  return `data: ${JSON.stringify({ ...fields, choices: [{ ...choice, delta }] })}\n\ndata: [DONE]\n\n`;
}
