import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { AgentReply, AnswerInterruption, Citation } from '../../contracts/agent/agent.ts';
import type { RouteDecision, TokenUsage } from '../../contracts/routing/decision.ts';
import { toModelRef, type ModelRef } from '../../contracts/models/model-ref.ts';
import type { Clock } from '../../contracts/plugins/logger.ts';

/** What a reply's `response_metadata` holds when it came through the router. */
interface RoutedMetadata {
  readonly model?: string;
  readonly provider?: string;
  readonly decisionId?: string;
  readonly finish_reason?: string;
  readonly usage?: TokenUsage;
  readonly repliedModel?: string;
  readonly costUsd?: number;
  readonly notices?: readonly string[];
}

/** Reasoning that a model gave apart from its answer. */
export function reasoningOf(message: BaseMessage): string {
  const value = message.additional_kwargs['reasoning_content'];
  return typeof value === 'string' ? value : '';
}

/** Collects what the final reply of one turn tells: messages, times, tokens over all model calls, the last decision. */
export class TurnState {
  readonly #clock: Clock;
  readonly #startedAt: number;
  readonly #added: BaseMessage[] = [];
  #firstTokenMs: number | undefined;
  /** Shown before the last tool call, and since. */
  #settled = '';
  #current = '';
  /** What is shown next takes the place of the current text. */
  #isVoid = false;
  #isBroken = false;
  #decision: RouteDecision | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  /** What was shown of the answer and holds; of one that broke off, until there is another. */
  get text(): string {
    return this.#settled + this.#current;
  }

  /** The part of the text since the last tool call. */
  get partial(): string {
    return this.#current;
  }

  /** Nothing has been shown since the answer broke off. */
  get isBroken(): boolean {
    return this.#isBroken;
  }

  /** Whole messages that the turn has added so far. */
  get added(): readonly BaseMessage[] {
    return this.#added;
  }

  get decision(): RouteDecision | undefined {
    return this.#decision;
  }

  noteDecision(decision: RouteDecision): void {
    this.#decision = decision;
  }

  /** The first text of a model is here, though it may not be shown yet. */
  noteArrival(): void {
    this.#firstTokenMs ??= this.#clock.monotonic() - this.#startedAt;
  }

  noteText(text: string): void {
    this.noteArrival();
    if (this.#isVoid) this.#current = '';
    this.#isVoid = false;
    this.#isBroken = false;
    this.#current += text;
  }

  /** The answer broke off and is asked for again. */
  noteBreak(how: AnswerInterruption['how']): void {
    this.#isVoid = how === 'restarted';
    this.#isBroken = true;
  }

  /** Adds a whole message. Text before a call of a tool stays, unless it is that of an answer that broke off. */
  add(message: BaseMessage): void {
    this.#added.push(message);
    if (message.getType() === 'ai') this.#isBroken = false;
    if (message.getType() !== 'tool') return;
    if (!this.#isVoid) this.#settled += this.#current;
    this.#current = '';
    this.#isVoid = false;
  }

  /** The reply made of the messages that the turn added; the last of them is the answer. */
  toReply(more: Pick<AgentReply, 'interruptions'> & { readonly citations?: readonly Citation[] } = {}): AgentReply {
    const { citations = [], interruptions } = more;
    const messages = this.added;
    const answers = messages.filter((message): message is AIMessage => message.getType() === 'ai');
    const last = answers.at(-1);
    const metadata = metadataOf(last);
    return {
      text: last === undefined ? this.text : last.text,
      ref: this.#refOf(metadata),
      decisionId: metadata.decisionId ?? this.#decision?.id ?? '',
      usage: sumUsage(answers),
      firstTokenMs: this.#firstTokenMs,
      totalMs: this.#clock.monotonic() - this.#startedAt,
      finishReason: metadata.finish_reason,
      messages,
      citations,
      interruptions,
      repliedModel: metadata.repliedModel,
      ...billOf(answers),
    };
  }

  #refOf(metadata: RoutedMetadata): ModelRef {
    if (metadata.provider !== undefined && metadata.model !== undefined)
      return toModelRef(metadata.provider, metadata.model);
    return this.#decision?.chain[0]?.ref ?? 'unknown:unknown';
  }
}

function metadataOf(message: AIMessage | undefined): RoutedMetadata {
  return (message?.response_metadata ?? {}) as RoutedMetadata;
}

/** The router's own count, which is an estimate where the server told none; else what the message says. */
function usageOf(answer: AIMessage): TokenUsage {
  const routed = metadataOf(answer).usage;
  if (routed !== undefined) return routed;
  const { usage_metadata: told } = answer;
  return {
    inputTokens: told?.input_tokens ?? 0,
    outputTokens: told?.output_tokens ?? 0,
    isEstimated: told === undefined,
  };
}

/** What all calls of the turn cost, unknown as soon as one is, and what is to be told of it. */
function billOf(answers: readonly AIMessage[]): Pick<AgentReply, 'costUsd' | 'notices'> {
  const bills = answers.map(metadataOf);
  const notices = bills.flatMap((bill) => bill.notices ?? []);
  const isKnown = bills.every(({ costUsd }) => costUsd !== undefined);
  const costUsd = bills.reduce((sum, bill) => sum + (bill.costUsd ?? 0), 0);
  return { ...(isKnown && { costUsd }), ...(notices.length > 0 && { notices }) };
}

function sumUsage(answers: readonly AIMessage[]): TokenUsage {
  const usages = answers.map(usageOf);
  return {
    inputTokens: usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    isEstimated: usages.some(({ isEstimated }) => isEstimated),
  };
}
