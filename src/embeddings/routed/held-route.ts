import type { Clock } from '../../contracts/plugins/logger.ts';
import { LOCAL_PRINCIPAL } from '../../contracts/plugins/principal.ts';
import type { AttemptRecord, RouteDecision } from '../../contracts/routing/decision.ts';
import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { ModelRouterService } from '../../contracts/routing/router.ts';
import { EmbedderOperation } from './embedder-operation.ts';
import type { EmbedderUse } from './embedder-operation.ts';

/** A better target may have come up since. */
const HOLD_MS = 5 * 60_000;

/** The trace of one decision stays short enough to be read. */
const HOLD_CALLS = 64;

/** Executes one decision by one use of an embedding model; the one item is the result. */
export async function executeOnce<T>(
  router: ModelRouterService,
  decision: RouteDecision,
  use: EmbedderUse<T>,
  options: { readonly signal: AbortSignal; readonly onAttempt?: (attempt: AttemptRecord) => void },
): Promise<T> {
  const operation = new EmbedderOperation(decision, use);
  const results: T[] = [];
  const call = { parameters: {}, principal: LOCAL_PRINCIPAL, ...options };
  for await (const result of router.execute(decision, operation, call)) results.push(result);
  return results[0]!;
}

/**
 * One decision for many calls of one request: held while its first target answers, for five minutes and 64 calls at
 * most; after any failed attempt the next call is decided anew.
 */
export class HeldRoute {
  readonly #router: ModelRouterService;
  readonly #request: RouteRequest;
  readonly #clock: Clock;
  #held: { readonly decision: RouteDecision; readonly since: number; calls: number } | undefined;

  constructor(router: ModelRouterService, request: RouteRequest, clock: Clock) {
    this.#router = router;
    this.#request = request;
    this.#clock = clock;
  }

  async use<T>(use: EmbedderUse<T>, signal: AbortSignal): Promise<T> {
    const decision = await this.#decision(signal);
    const onAttempt = ({ outcome }: AttemptRecord): void => {
      if (outcome !== 'running' && outcome !== 'answered') this.#drop(decision);
    };
    return executeOnce(this.#router, decision, use, { signal, onAttempt });
  }

  async #decision(signal: AbortSignal): Promise<RouteDecision> {
    const held = this.#held;
    const now = this.#clock.monotonic();
    if (held !== undefined && now - held.since < HOLD_MS && held.calls < HOLD_CALLS) {
      held.calls += 1;
      return held.decision;
    }
    const decision = await this.#router.decide(this.#request, signal);
    if (decision.chain.length > 0) this.#held = { decision, since: now, calls: 1 };
    return decision;
  }

  #drop(decision: RouteDecision): void {
    if (this.#held?.decision === decision) this.#held = undefined;
  }
}
