import type { EmbeddingSpace, SpaceBoundEmbeddings } from '../contracts/models/embedding-model.ts';
import type { ModelRef } from '../contracts/models/model-ref.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import type { RouteStep } from '../contracts/routing/decision.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import type { LearnedTarget } from './learn-space.ts';
import type { PurposeRequests } from './purpose-requests.ts';

/** What embeddings are made from. */
interface Making {
  /** The target that was found first. */
  readonly learned: LearnedTarget;
  /** It serves in the place of the wanted model. */
  readonly isStandIn: boolean;
}

/** The embeddings of a process: one instance for each purpose, project and space, so that its cache serves all who ask. */
export class EmbeddingsInstances {
  readonly #router: ModelRouterService;
  readonly #clock: Clock;
  readonly #made = new Map<string, SpaceBoundEmbeddings>();

  constructor(router: ModelRouterService, clock: Clock) {
    this.#router = router;
    this.#clock = clock;
  }

  /** The instance of a space in its own right, where it was made. */
  known(requests: PurposeRequests, space: EmbeddingSpace): SpaceBoundEmbeddings | undefined {
    return this.#made.get(keyOf(requests, space, false));
  }

  /** The instance of a space; one that stands in is another. */
  async of(
    requests: PurposeRequests,
    space: EmbeddingSpace,
    { learned: { step, limits }, isStandIn }: Making,
  ): Promise<SpaceBoundEmbeddings> {
    const key = keyOf(requests, space, isStandIn);
    const known = this.#made.get(key);
    if (known !== undefined) return known;
    const named: ModelRef | undefined = step.locality === 'cloud' ? step.ref : undefined;
    const request = {
      ...requests.ofSpace(space, named),
      bound: { inputTokens: limits.tokensPerRequest, outputTokens: 0 },
    };
    // LangChain's class takes some 30 ms to load, which what embeds nothing must not pay.
    const { RoutedEmbeddings } = await import('./routed/routed-embeddings.ts');
    const made = new RoutedEmbeddings({
      router: this.#router,
      request,
      space,
      limits,
      locality: step.locality,
      isStandIn,
      usdPerToken: usdPerTokenOf(step),
      clock: this.#clock,
    });
    const meanwhile = this.#made.get(key);
    if (meanwhile !== undefined) return meanwhile;
    this.#made.set(key, made);
    return made;
  }
}

function keyOf({ purpose, project }: PurposeRequests, { spaceId }: EmbeddingSpace, isStandIn: boolean): string {
  return JSON.stringify([purpose, project, spaceId, isStandIn]);
}

/** Of one input token; undefined where nobody told the price of a cloud. */
function usdPerTokenOf({ locality, prices }: RouteStep): number | undefined {
  if (locality === 'local') return 0;
  const price = prices?.find(({ unit }) => unit === 'input-token');
  return price === undefined ? undefined : price.usd / price.quantity;
}
