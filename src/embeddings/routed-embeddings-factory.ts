import { ConfigError } from '../contracts/errors/host-errors.ts';
import { NoRouteError } from '../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import { EMBEDDERS } from '../contracts/models/catalogue.ts';
import type {
  EmbeddingOwner,
  EmbeddingPurpose,
  EmbeddingsFactory,
  EmbeddingSpace,
  SpaceBoundEmbeddings,
} from '../contracts/models/embedding-model.ts';
import type { Extensions } from '../contracts/plugins/extension-point.ts';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';
import type { RouteDecision, RouteStep } from '../contracts/routing/decision.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import type { RoutingState } from '../contracts/routing/routing-state.ts';
import type { HostSettings } from '../contracts/settings/settings.ts';
import { EmbeddingsInstances } from './embeddings-instances.ts';
import { lookAtEmbedders } from './embedder-status.ts';
import { agreedDimensions, canMake, learnedKey, learnTarget, wantedDimensions } from './learn-space.ts';
import type { LearnedTarget } from './learn-space.ts';
import { noEmbedder } from './no-embedder.ts';
import { PurposeRequests } from './purpose-requests.ts';
import type { WantedModel } from './purpose-requests.ts';
import { SpaceBook } from './space-book.ts';
import { spaceOf } from './space.ts';

/** What the factory needs of the host. */
export interface EmbeddingsFactoryOptions {
  readonly router: ModelRouterService;
  readonly settings: HostSettings;
  readonly extensions: Extensions;
  readonly state: Pick<RoutingState, 'spaces'>;
  readonly clock: Clock;
  readonly log: Logger;
}

/** A look this young has told what there is. */
const REFRESH_AGE_MS = 1_000;
const REFRESH_PAUSE_MS = 60_000;

/** Failures after which another model may be asked for: nothing could answer, rather than something is set wrongly. */
function isOutOfReach(error: unknown): boolean {
  return isWoosterError(error) && (error.row.mayFallBack === 'always' || error.code === 'E_NO_ROUTE');
}

/** Embeddings of purposes over a router; `createEmbeddingsFactory` makes it when it is first asked. */
export class RoutedEmbeddingsFactory implements EmbeddingsFactory {
  readonly #options: EmbeddingsFactoryOptions;
  readonly #book: SpaceBook;
  readonly #learned = new Map<string, LearnedTarget>();
  readonly #instances: EmbeddingsInstances;
  #refreshedAt = -Infinity;

  constructor(options: EmbeddingsFactoryOptions) {
    this.#options = options;
    this.#book = new SpaceBook(options.state.spaces, options.clock);
    this.#instances = new EmbeddingsInstances(options.router, options.clock);
  }

  async for(purpose: EmbeddingPurpose, signal: AbortSignal, owner: EmbeddingOwner = {}): Promise<SpaceBoundEmbeddings> {
    const requests = this.#requests(purpose, owner);
    const { isEnabled, disabledReason, permission, dimensions } = requests.settings;
    if (!isEnabled) throw isOff(purpose, disabledReason);
    const wanted = requests.wanted();
    try {
      const learned = await this.#find(requests, wanted, signal);
      const space = spaceOf(learned.facts, agreedDimensions(learned, purpose, dimensions));
      this.#book.record(space, purpose);
      return await this.#instances.of(requests, space, { learned, isStandIn: false });
    } catch (error) {
      const cloud = requests.cloud();
      if (!isOutOfReach(error)) throw error;
      if (cloud === undefined) throw error instanceof NoRouteError ? noEmbedder(requests, [error]) : error;
      this.#options.log.info('embeddings fall back to a cloud', { purpose, allowedBy: permission?.origin });
      return this.#fromCloud(requests, cloud, { error, signal });
    }
  }

  async ofSpace(
    space: EmbeddingSpace,
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
    owner: EmbeddingOwner = {},
  ): Promise<SpaceBoundEmbeddings | undefined> {
    const requests = this.#requests(purpose, owner);
    if (!requests.settings.isEnabled) return undefined;
    const request = requests.ofSpace(space, requests.refOf(space));
    const [step] = await this.#chain(request, signal, (chain) => chain.length > 0);
    if (step === undefined) return undefined;
    // A store that still has an old space does not make it the one that the purpose uses.
    this.#book.requireSame(space);
    const known = this.#instances.known(requests, space);
    if (known !== undefined) return known;
    try {
      const learned = await this.#learn(request, step, signal);
      if (!canMake(learned, space.dimensions)) return undefined;
      return await this.#instances.of(requests, space, { learned, isStandIn: false });
    } catch (error) {
      if (isOutOfReach(error)) return undefined;
      throw error;
    }
  }

  async named(
    { model, dimensions }: { readonly model: string; readonly dimensions?: number },
    purpose: EmbeddingPurpose,
    signal: AbortSignal,
    owner: EmbeddingOwner = {},
  ): Promise<SpaceBoundEmbeddings> {
    const requests = this.#requests(purpose, owner, { model, dimensions });
    if (!requests.settings.isEnabled) throw isOff(purpose, requests.settings.disabledReason);
    try {
      const learned = await this.#find(requests, requests.wanted(), signal);
      const space = spaceOf(learned.facts, wantedDimensions(learned, dimensions));
      return await this.#instances.of(requests, space, { learned, isStandIn: false });
    } catch (error) {
      throw error instanceof NoRouteError ? noEmbedder(requests, [error]) : error;
    }
  }

  status(signal: AbortSignal): ReturnType<EmbeddingsFactory['status']> {
    const purposes = (['projects', 'userProfile'] as const).map((purpose) => this.#requests(purpose));
    return lookAtEmbedders({ router: this.#options.router, purposes, book: this.#book, signal });
  }

  /** A target of the wanted model that answers; what it is was learned before, or is now. */
  async #find(requests: PurposeRequests, request: RouteRequest, signal: AbortSignal): Promise<LearnedTarget> {
    const { router } = this.#options;
    const chain = await this.#chain(request, signal, (each) => this.#book.isAsExpected(requests, each));
    const step = this.#book.choose(requests, chain);
    if (step === undefined) return learnTarget(router, await router.decide(request, signal), signal);
    return this.#learn(request, step, signal);
  }

  /**
   * What would serve a request now. A decision waits half a second at most for servers that nobody has looked at; where
   * that leaves out what is expected, all are waited for, once in a while and not for each call.
   */
  async #chain(
    request: RouteRequest,
    signal: AbortSignal,
    isAsExpected: (chain: readonly RouteStep[]) => boolean,
  ): Promise<readonly RouteStep[]> {
    const { router, clock } = this.#options;
    const { chain } = await router.decide({ ...request, isPreview: true }, signal);
    if (isAsExpected(chain) || clock.monotonic() - this.#refreshedAt < REFRESH_PAUSE_MS) return chain;
    this.#refreshedAt = clock.monotonic();
    await router.refresh(signal, REFRESH_AGE_MS);
    return (await router.decide({ ...request, isPreview: true }, signal)).chain;
  }

  /** Asks the step first, and after it whatever else serves the request. */
  async #learn(request: RouteRequest, step: RouteStep, signal: AbortSignal): Promise<LearnedTarget> {
    const known = this.#learned.get(learnedKey(step));
    if (known !== undefined) return { ...known, step };
    const { router } = this.#options;
    const decision: RouteDecision = await router.decide(
      { ...request, preferred: step.ref, isPreview: undefined },
      signal,
    );
    const learned = await learnTarget(router, decision, signal);
    this.#learned.set(learnedKey(learned.step), learned);
    return learned;
  }

  async #fromCloud(
    requests: PurposeRequests,
    cloud: RouteRequest,
    { error, signal }: { readonly error: unknown; readonly signal: AbortSignal },
  ): Promise<SpaceBoundEmbeddings> {
    try {
      const learned = await this.#find(requests, cloud, signal);
      const space = spaceOf(learned.facts, learned.dimensions);
      this.#book.record(space, requests.purpose);
      return await this.#instances.of(requests, space, { learned, isStandIn: true });
    } catch (second) {
      if (!(second instanceof NoRouteError)) throw second;
      throw noEmbedder(requests, error instanceof NoRouteError ? [error, second] : [second], error);
    }
  }

  #requests(purpose: EmbeddingPurpose, { project }: EmbeddingOwner = {}, wanted?: WantedModel): PurposeRequests {
    const { settings, extensions } = this.#options;
    return new PurposeRequests({ purpose, project, settings, wanted, entries: () => extensions.list(EMBEDDERS) });
  }
}

function isOff(purpose: EmbeddingPurpose, reason: string | undefined): ConfigError {
  const path = `embeddings.${purpose}.enabled`;
  const why = reason ?? `${path} is not true`;
  return new ConfigError(`embeddings of ${purpose} are off: ${why}; set ${path}: true`, { path });
}
