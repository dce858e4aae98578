import { parseJson } from 'wooster';
import type { ChatRequest } from '../../client/chat-request.ts';
import { mendValue } from '../arguments/mend-arguments.ts';
import { PULSE, type Exchanges, type ReplyPiece } from '../tools/exchanges.ts';
import { withInstruction } from '../tools/tool-words.ts';
import { turnsAsText, withObjection } from '../tools/turns-as-text.ts';
import { endOfValue, readLenientJson } from '../written/lenient-json.ts';

type Output = NonNullable<ChatRequest['output']>;

/** JSON that was read out of an answer, and what of it does not fit. */
interface ReadAnswer {
  readonly text: string;
  readonly problems: readonly string[];
}

function wordsFor(output: Output): string {
  const form = output === 'json' ? 'one JSON object' : `JSON that fits this schema: ${JSON.stringify(output.schema)}`;
  return `Answer with nothing but ${form}`;
}

/** Where JSON begins in an answer: in its first block of code, else at its first bracket. */
function startOfJson(text: string): number {
  const block = /```\w*\s*(?=[{[])/.exec(text);
  return block === null ? text.search(/[{[]/) : block.index + block[0].length;
}

/**
 * Reads JSON leniently out of an answer: from a block of code, from prose around it, mended where it is broken, and its
 * values mended for the schema. Undefined where there is none.
 */
function readJsonAnswer(text: string, output: Output, isCut = false): ReadAnswer | undefined {
  const start = startOfJson(text);
  const found = start === -1 ? text.trim() : text.slice(start, endOfValue(text, start));
  const value = parseJson(found) ?? readLenientJson(found, isCut);
  if (value === undefined) return undefined;
  const isText = parseJson(found) !== undefined;
  if (output === 'json') {
    const problems = typeof value === 'object' && value !== null && !Array.isArray(value) ? [] : ['it is no object'];
    return { text: isText ? found : JSON.stringify(value), problems };
  }
  const mended = mendValue(value, output.schema);
  const isAsGiven = isText && mended.value === value;
  return { text: isAsGiven ? found : JSON.stringify(mended.value), problems: mended.problems };
}

/**
 * An answer in JSON from a model that nothing holds to it: it is told what to write, and what it wrote is read, checked and
 * asked for once more where it does not fit. The content is exactly the JSON, or what the model wrote where there is none.
 * Answers that call tools pass.
 */
export async function* answerInJson(
  request: ChatRequest,
  ask: (request: ChatRequest) => AsyncIterable<ReplyPiece>,
  exchanges: Exchanges,
): AsyncGenerator<ReplyPiece, void> {
  const output = request.output!;
  const told = { ...request, output: undefined, turns: withInstruction(request.turns, wordsFor(output)) };
  let text = '';
  let hasCalls = false;
  for await (const piece of ask(told)) {
    hasCalls ||= piece.kind === 'tool-call';
    if (piece.kind === 'text') text += piece.text;
    yield piece.kind === 'text' ? PULSE : piece;
  }
  if (hasCalls) {
    if (text !== '') yield { kind: 'text', text };
    return;
  }
  const first = readJsonAnswer(text, output, exchanges.isCut);
  const isFine = first?.problems.length === 0;
  const second = isFine || exchanges.isCut ? undefined : yield* askOnceMore(told, { output, text, first, exchanges });
  yield { kind: 'text', text: (second ?? first)?.text ?? text };
}

interface Failed {
  readonly output: Output;
  readonly text: string;
  readonly first: ReadAnswer | undefined;
  readonly exchanges: Exchanges;
}

/** The second reading, where it is better than the first. */
async function* askOnceMore(
  told: ChatRequest,
  { output, text, first, exchanges }: Failed,
): AsyncGenerator<ReplyPiece, ReadAnswer | undefined> {
  if (!exchanges.mayAskAgain()) return undefined;
  const what = first === undefined ? 'That is no JSON.' : `That does not fit: ${first.problems.join('; ')}.`;
  const { tools: _, toolChoice: __, ...plain } = told;
  const turns = withObjection(turnsAsText(told.turns), text, `${what} ${wordsFor(output)}`);
  let again = '';
  for await (const piece of exchanges.ask({ ...plain, turns })) {
    if (piece.kind === 'text') again += piece.text;
    yield piece.kind === 'text' ? PULSE : piece;
  }
  const second = readJsonAnswer(again, output, exchanges.isCut);
  return second?.problems.length === 0 ? second : undefined;
}
