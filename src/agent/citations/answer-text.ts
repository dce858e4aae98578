import type { AIMessage } from '@langchain/core/messages';
import type { AgentEvent } from '../../contracts/agent/agent.ts';
import { withCitedText } from '../context/cited-messages.ts';
import type { TurnState } from '../turn/turn-state.ts';
import type { CitationFilter } from './citation-filter.ts';
import type { TurnCitations } from './turn-citations.ts';

/** The text of one answer on its way from the model to the person, through the filter of citations. */
export class AnswerText {
  readonly #state: TurnState;
  readonly #filter: CitationFilter;
  #shown = '';
  #hasText = false;

  constructor(state: TurnState, citations: TurnCitations) {
    this.#state = state;
    this.#filter = citations.beginAnswer();
  }

  /** The events of a piece of text: one, or none while it is held back. */
  take(text: string): AgentEvent[] {
    if (text === '') return [];
    this.#hasText = true;
    this.#state.noteArrival();
    return this.#show(this.#filter.push(text));
  }

  /** What was held back; also of an answer that broke off. */
  end(): AgentEvent[] {
    return this.#hasText ? this.#show(this.#filter.end()) : [];
  }

  /** The finished message with its text as it was shown. */
  finish(message: AIMessage): Promise<AIMessage> {
    const text = this.#hasText ? this.#shown : this.#filter.push(message.text) + this.#filter.end();
    return withCitedText(message, text, this.#filter.cited);
  }

  #show(text: string): AgentEvent[] {
    if (text === '') return [];
    this.#shown += text;
    this.#state.noteText(text);
    return [{ kind: 'text', text }];
  }
}
