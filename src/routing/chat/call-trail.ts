import type { ChatGenerationChunk } from '@langchain/core/outputs';
import { parseModelRef } from '../../contracts/models/model-ref.ts';
import type { ModelRef } from '../../contracts/models/model-ref.ts';
import type { AttemptRecord, TokenUsage } from '../../contracts/routing/decision.ts';

/** What a routed reply tells of itself, in `response_metadata`. */
interface RoutedReplyMetadata {
  readonly model: string;
  readonly provider: string;
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly decisionId: string;
  readonly attempts: number;
  /** From the start of the first attempt to the end of the last. */
  readonly milliseconds: number;
  /** Of the attempt that answered. */
  readonly firstTokenMs?: number;
  readonly usage?: TokenUsage;
  /** Name of the model in the server's reply, where it is another than the one asked. */
  readonly repliedModel?: string;
  /** Of all attempts; absent when the cost of one of them is unknown. */
  readonly costUsd?: number;
  /** What the person must know, one line each. */
  readonly notices?: readonly string[];
  /** Attempts before the one that answered, when there were any. */
  readonly failures?: readonly FailedAttempt[];
}

/** An attempt that another one made good. */
interface FailedAttempt {
  readonly ref: ModelRef;
  readonly targetId: string;
  readonly code: string;
  /** Tokens it had given, by its own count or an estimate. */
  readonly tokens: number;
}

const OWN_KEYS: readonly (keyof RoutedReplyMetadata)[] = [
  'model',
  'provider',
  'ref',
  'targetId',
  'decisionId',
  'attempts',
  'milliseconds',
  'firstTokenMs',
  'usage',
  'repliedModel',
  'costUsd',
  'notices',
  'failures',
];

/** Follows the attempts of one call to the metadata of its reply. */
export class CallTrail {
  readonly #decisionId: string;
  readonly #failures: FailedAttempt[] = [];
  #last: AttemptRecord | undefined;
  readonly #notices: string[] = [];
  #totalMs = 0;
  #costUsd: number | undefined = 0;

  constructor(decisionId: string) {
    this.#decisionId = decisionId;
  }

  readonly onAttempt = (attempt: AttemptRecord): void => {
    this.#last = attempt;
    this.#totalMs += attempt.totalMs ?? 0;
    const { ref, targetId, error, usage, outcome, costOrigin, costUsd, notices } = attempt;
    this.#notices.push(...(notices ?? []));
    // What was not let in has cost nothing, and its record tells no cost.
    if (outcome !== 'running' && costOrigin !== undefined) this.#costUsd = sumOf(this.#costUsd, costUsd);
    if (error !== undefined) this.#failures.push({ ref, targetId, code: error.code, tokens: usage?.outputTokens ?? 0 });
  };

  metadata(): RoutedReplyMetadata | undefined {
    const last = this.#last;
    const parsed = last === undefined ? undefined : parseModelRef(last.ref);
    if (last === undefined || parsed === undefined) return undefined;
    return {
      model: parsed.modelId,
      provider: parsed.providerId,
      ref: last.ref,
      targetId: last.targetId,
      decisionId: this.#decisionId,
      attempts: last.ordinal + 1,
      milliseconds: Math.round(this.#totalMs),
      firstTokenMs: last.firstTokenMs === undefined ? undefined : Math.round(last.firstTokenMs),
      usage: last.usage,
      ...(last.repliedModel !== undefined && { repliedModel: last.repliedModel }),
      ...(this.#costUsd !== undefined && { costUsd: this.#costUsd }),
      ...(this.#notices.length > 0 && { notices: this.#notices }),
      ...(this.#failures.length > 0 && { failures: this.#failures }),
    };
  }

  /** LangChain joins equal keys of chunks by appending, so a provider's chunk must not bring ours. */
  withoutOwnKeys(chunk: ChatGenerationChunk): ChatGenerationChunk {
    const metadata = chunk.message.response_metadata;
    if (metadata !== undefined && OWN_KEYS.some((key) => key in metadata)) {
      const kept = Object.entries(metadata).filter(([key]) => !(OWN_KEYS as readonly string[]).includes(key));
      chunk.message.response_metadata = Object.fromEntries(kept);
    }
    return chunk;
  }
}

/** Unknown as soon as a part is. */
function sumOf(left: number | undefined, right: number | undefined): number | undefined {
  return left === undefined || right === undefined ? undefined : left + right;
}
