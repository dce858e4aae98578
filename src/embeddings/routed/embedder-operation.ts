import { CapabilityError } from '../../contracts/errors/provider-errors.ts';
import type { CallContext, EmbeddingCall } from '../../contracts/models/call-context.ts';
import type { EmbedderFacts, EmbeddingModel } from '../../contracts/models/embedding-model.ts';
import { toModelRef } from '../../contracts/models/model-ref.ts';
import type { Provider } from '../../contracts/models/provider.ts';
import type { RouteDecision, RouteStep, TokenUsage } from '../../contracts/routing/decision.ts';
import type { CallBound } from '../../contracts/routing/route-request.ts';
import type { RoutedOperation } from '../../contracts/routing/router.ts';

/** Special tokens, and the prefix of a role, at most. */
const TOKENS_AROUND_A_TEXT = 64;

/** What is done with an embedding model, whichever target it is of. */
export interface EmbedderUse<T> {
  /** Length of the vectors; without it the model is asked for one to learn it. */
  readonly dimensions?: number;
  use(model: EmbeddingModel, step: RouteStep, signal: AbortSignal): Promise<T>;
  /** What would be sent; nothing without it. */
  readonly texts?: readonly string[];
  /** Tokens as the server counted them. */
  usage?(result: T): number | undefined;
  /** The provider's own figure, USD. */
  costUsd?(result: T): number | undefined;
  /** Tokens by our own bound, where it did not. */
  estimate?(): number;
}

/** One use of an embedding model as the attempt loop sees it: one item, or a failure. */
export class EmbedderOperation<T> implements RoutedOperation<T> {
  readonly id = 'embed';
  readonly #decision: RouteDecision;
  readonly #use: EmbedderUse<T>;

  constructor(decision: RouteDecision, use: EmbedderUse<T>) {
    this.#decision = decision;
    this.#use = use;
  }

  async *run(provider: Provider, modelId: string, call: CallContext): AsyncGenerator<T> {
    const ref = toModelRef(provider.id, modelId);
    const step = this.#decision.chain.find((each) => each.ref === ref);
    if (provider.embeddings === undefined || step?.embedder === undefined) {
      const message = `${provider.id}: ${modelId} makes no embeddings here; use another provider for them`;
      throw new CapabilityError(message, { capability: 'embed', provider: provider.id, model: modelId });
    }
    const model = await provider.embeddings(modelId, this.#callFor(step.embedder, call));
    yield await this.#use.use(model, step, call.signal);
  }

  texts(): readonly string[] {
    return this.#use.texts ?? [];
  }

  /** A token is a byte at least; a prefix and special tokens come to each text. */
  bound(): CallBound {
    const inputTokens = this.texts().reduce((sum, text) => sum + Buffer.byteLength(text) + TOKENS_AROUND_A_TEXT, 0);
    return { inputTokens, outputTokens: 0 };
  }

  isOutput(): boolean {
    return true;
  }

  observe(result: T): { usage?: TokenUsage; costUsd?: number } {
    const inputTokens = this.#use.usage?.(result);
    const costUsd = this.#use.costUsd?.(result);
    return {
      ...(inputTokens !== undefined && { usage: { inputTokens, outputTokens: 0, isEstimated: false } }),
      ...(costUsd !== undefined && { costUsd }),
    };
  }

  estimate(): TokenUsage | undefined {
    const inputTokens = this.#use.estimate?.();
    return inputTokens === undefined ? undefined : { inputTokens, outputTokens: 0, isEstimated: true };
  }

  /** To learn the length, what the catalogue says of it is left out: the server shall say it. */
  #callFor(facts: EmbedderFacts, call: CallContext): EmbeddingCall {
    const { dimensions } = this.#use;
    if (dimensions !== undefined) return { ...call, embedder: facts, dimensions };
    return { ...call, embedder: { ...facts, dimensions: undefined } };
  }
}
