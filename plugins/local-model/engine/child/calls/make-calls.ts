import { CallDecoder, type CallPart } from '../../grammar/call-decoder.ts';
import { isRepeated, type PlainCall } from '../../prompt/repeated-call.ts';
import type { AnswerParts } from './answer-parts.ts';
import type { GenerationOutcome } from '../generation-slot.ts';
import type { BegunCall, ToolTurn } from './tool-turn.ts';

/** Calls of one answer: after two a small model goes on with every tool it was offered. */
const MAX_CALLS = 2;

/** What came of calls: `none` where nothing was given out, since there was nothing to call for or it was made before. */
interface MadeCalls {
  readonly end: 'tool_calls' | 'length' | 'none';
  readonly outcomes: readonly GenerationOutcome[];
}

interface OneCall {
  readonly outcome: GenerationOutcome;
  readonly call: PlainCall;
  readonly isWhole: boolean;
}

/**
 * Makes the calls of an answer. One that is insisted on goes out while it is made. Any other is held back until it is whole
 * and looked at: a small model tends to repeat what was made before in this turn, which ends the calls, to fill in what nobody
 * asked for, and to call what the question gives it no arguments for; then the next likely tool is tried.
 */
export async function makeCalls(parts: AnswerParts, turn: ToolTurn): Promise<MadeCalls> {
  const { plan } = parts;
  const outcomes: GenerationOutcome[] = [];
  const made: PlainCall[] = [];
  const begun = await turn.begin([]);
  const first = plan.isCallForced
    ? await makeCall(parts, begun[0], parts.writer)
    : await lookAt(parts, begun, { turn, made, outcomes });
  if (first === undefined) return { end: 'none', outcomes };
  if (plan.isCallForced) outcomes.push(first.outcome);
  if (!first.isWhole) return { end: 'length', outcomes };
  made.push(first.call);
  while (made.length < MAX_CALLS && (await turn.isAnotherWanted(made))) {
    const another = await lookAt(parts, await turn.begin(made), { turn, made, outcomes });
    if (another?.isWhole !== true) break;
    made.push(another.call);
  }
  return { end: 'tool_calls', outcomes };
}

/** Makes one of the calls and gives it out; undefined where none is worth it. */
async function lookAt(
  parts: AnswerParts,
  begun: readonly BegunCall[],
  { turn, made, outcomes }: { turn: ToolTurn; made: readonly PlainCall[]; outcomes: GenerationOutcome[] },
): Promise<OneCall | undefined> {
  const { plan, writer } = parts;
  for (const each of begun) {
    const tokensLeft = outcomes.reduce((left, { generatedTokens }) => left - generatedTokens, parts.maxTokens);
    const one = await makeCall({ ...parts, maxTokens: tokensLeft }, each, undefined);
    outcomes.push(one.outcome);
    if (!one.isWhole) return one;
    const before = [...plan.made, ...made, ...(turn.isTried ? plan.earlier : [])];
    if (isRepeated(one.call, before, plan.tools)) {
      if (made.length === 0) return undefined;
      continue;
    }
    const call = await turn.review(one.call, made, each.isSure);
    if (call === undefined || (call !== one.call && isRepeated(call, before, plan.tools))) continue;
    writer.call(call.name);
    writer.callArguments(call.arguments);
    return { ...one, call };
  }
  return undefined;
}

/** Makes the arguments of a call that is begun; what begins it counts as made, since the caller gets it. */
async function makeCall(
  { slot, sampling, signal, maxTokens }: AnswerParts,
  begun: BegunCall | undefined,
  writer: Pick<AnswerParts['writer'], 'call' | 'callArguments'> | undefined,
): Promise<OneCall> {
  if (begun === undefined) throw new Error('a call needs a tool');
  const { text, prompt, tokens, grammar } = begun;
  const decoder = new CallDecoder();
  const call = { name: '', arguments: '' };
  const take = (part: CallPart): void => {
    if (part.type === 'call') {
      call.name = part.name;
      writer?.call(part.name);
    } else {
      call.arguments += part.text;
      writer?.callArguments(part.text);
    }
  };
  const tokensLeft = maxTokens - tokens.length;
  if (tokensLeft <= 0) return { outcome: CUT, call, isWhole: false };
  decoder.write(text).forEach(take);
  const onText = (piece: string): boolean => {
    decoder.write(piece).forEach(take);
    return decoder.isDone;
  };
  const asked = { prompt: [...prompt, ...tokens], sampling, maxTokens: tokensLeft, grammar, signal, onText };
  const outcome = await slot.generate(asked);
  const generatedTokens = outcome.generatedTokens + tokens.length;
  return { outcome: { ...outcome, generatedTokens }, call, isWhole: decoder.isDone };
}

/** A call whose beginning alone is longer than the answer may be. */
const CUT: GenerationOutcome = { reason: 'length', generatedTokens: 0, promptMs: 0, generationMs: 0 };
