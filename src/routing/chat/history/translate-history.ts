import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import { fitAnswer } from './fit-answer.ts';
import { fitContent } from './fit-content.ts';
import type { HistoryTarget } from './history-target.ts';
import { pairResults } from './pair-results.ts';
import { systemFirst } from './system-first.ts';

function fitMessage(message: BaseMessage, target: HistoryTarget): BaseMessage {
  const kind = message.getType();
  if (kind === 'ai') return fitAnswer(message as AIMessage, target);
  // Results are fitted with their calls.
  return kind === 'tool' || kind === 'function' ? message : fitContent(message);
}

/**
 * A conversation made fit for the next model, whoever wrote its answers. Pure: the messages given are not changed, the
 * same ones give the same translation, and no text is lost save results that repeat one. The same list when nothing is
 * to be done.
 */
export function translateHistory(messages: BaseMessage[], target: HistoryTarget): BaseMessage[] {
  const fitted = messages.map((message) => fitMessage(message, target));
  const paired = pairResults(fitted, target);
  const ordered = target.isCloud ? paired : systemFirst(paired);
  const isSame = ordered.length === messages.length && ordered.every((message, index) => message === messages[index]);
  return isSame ? messages : [...ordered];
}
