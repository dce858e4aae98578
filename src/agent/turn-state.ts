import type { AIMessage, BaseMessage } from '@langchain/core/messages';
import type { AgentReply, Citation } from '../contracts/agent/agent.ts';
import type { RouteDecision, TokenUsage } from '../contracts/routing/decision.ts';
import { toModelRef, type ModelRef } from '../contracts/models/model-ref.ts';
import type { Clock } from '../contracts/plugins/logger.ts';

/** What a reply's `response_metadata` holds when it came through the router. */
interface RoutedMetadata {
  readonly model?: string;
  readonly provider?: string;
  readonly decisionId?: string;
  readonly finish_reason?: string;
  readonly usage?: TokenUsage;
}

/** Reasoning that a model gave apart from its answer. */
export function reasoningOf(message: BaseMessage): string {
  const value = message.additional_kwargs['reasoning_content'];
  return typeof value === 'string' ? value : '';
}

/** Collects what the final reply of one turn tells: times, tokens over all model calls, the last decision. */
export class TurnState {
  readonly #clock: Clock;
  readonly #startedAt: number;
  #firstTokenMs: number | undefined;
  #text = '';
  #decision: RouteDecision | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#startedAt = clock.monotonic();
  }

  get text(): string {
    return this.#text;
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
    this.#text += text;
  }

  /** The reply made of the messages that the turn added; the last of them is the answer. */
  toReply(messages: readonly BaseMessage[], citations: readonly Citation[] = []): AgentReply {
    const answers = messages.filter((message): message is AIMessage => message.getType() === 'ai');
    const last = answers.at(-1);
    const metadata = metadataOf(last);
    return {
      text: last === undefined ? this.#text : last.text,
      ref: this.#refOf(metadata),
      decisionId: metadata.decisionId ?? this.#decision?.id ?? '',
      usage: sumUsage(answers),
      firstTokenMs: this.#firstTokenMs,
      totalMs: this.#clock.monotonic() - this.#startedAt,
      finishReason: metadata.finish_reason,
      messages,
      citations,
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

function sumUsage(answers: readonly AIMessage[]): TokenUsage {
  const usages = answers.map(usageOf);
  return {
    inputTokens: usages.reduce((sum, { inputTokens }) => sum + inputTokens, 0),
    outputTokens: usages.reduce((sum, { outputTokens }) => sum + outputTokens, 0),
    isEstimated: usages.some(({ isEstimated }) => isEstimated),
  };
}
