import type { OfferedTool, ToolCase, WantedCall } from '../cases/tool-case.ts';
import type { MadeCall, Reply } from '../conversation.ts';
import { isMatching, matchesArguments } from './match-argument.ts';
import { faultOfCall, isWrittenCall } from './valid-call.ts';

/** What is to be said of one case; each is told apart from the others. */
export interface Verdict {
  /** Every call names an offered tool and keeps to its schema; there is a call where one is needed, else an answer in words. */
  readonly isValid: boolean;
  /** Exactly the wanted tools were called. */
  readonly hasRightTools: boolean;
  /** Exactly the wanted calls were made, valid and with the wanted arguments. */
  readonly isRight: boolean;
  /** A tool was called, or a call was written as text, though none is needed. */
  readonly isNeedless: boolean;
  /** Why it is not valid or not right; empty otherwise. */
  readonly why: string;
}

/** Whether a call is this wanted one. */
export function isWanted(wanted: WantedCall, call: MadeCall): boolean {
  const { arguments: given } = call;
  return (
    call.name === wanted.tool &&
    typeof given === 'object' &&
    given !== null &&
    matchesArguments(wanted.arguments, given)
  );
}

function faultOf(replies: readonly Reply[], tools: readonly OfferedTool[], isCallNeeded: boolean): string | undefined {
  const calls = replies.flatMap((reply) => reply.calls);
  for (const { fault } of replies) if (fault !== undefined) return fault;
  for (const call of calls) {
    const fault = faultOfCall(call, tools);
    if (fault !== undefined) return fault;
  }
  const [{ text } = { text: '' }] = replies;
  if (calls.length > 0) return undefined;
  if (isWrittenCall(text, tools)) return 'a call written as text';
  if (isCallNeeded) return 'no call';
  return text.trim() === '' ? 'no answer' : undefined;
}

/** Judges what came back for a case, one reply for each request. */
export function judgeCase(
  { wanted }: Pick<ToolCase, 'wanted'>,
  tools: readonly OfferedTool[],
  replies: readonly Reply[],
): Verdict {
  const calls = replies.flatMap((reply) => reply.calls);
  const fault = faultOf(replies, tools, wanted.length > 0);
  const isValid = fault === undefined;
  const hasRightTools = isMatching(wanted, calls, ({ tool }, { name }) => tool === name);
  const isRight = isValid && isMatching(wanted, calls, isWanted);
  const isWritten = replies.some(({ text }) => isWrittenCall(text, tools));
  const isNeedless = wanted.length === 0 && (calls.length > 0 || isWritten);
  if (isRight) return { isValid, hasRightTools, isRight, isNeedless, why: '' };
  const wrong = hasRightTools ? 'wrong arguments' : isNeedless ? 'needless call' : 'wrong tools';
  return { isValid, hasRightTools, isRight, isNeedless, why: fault ?? wrong };
}
