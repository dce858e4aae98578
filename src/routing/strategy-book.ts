import { UsageError } from '../contracts/errors/host-errors.ts';
import { STRATEGIES } from '../contracts/routing/strategy.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { RoutingStrategy } from '../contracts/routing/strategy.ts';
import type { RouterParts } from './router-parts.ts';
import { localFirst } from './strategies/local-first.ts';

/** The strategies there are, and the one that holds for a request. */
export class StrategyBook {
  readonly #parts: Pick<RouterParts, 'extensions' | 'switches' | 'settings' | 'log'>;
  #warned: string | undefined;

  constructor(parts: Pick<RouterParts, 'extensions' | 'switches' | 'settings' | 'log'>) {
    this.#parts = parts;
  }

  list(): readonly RoutingStrategy[] {
    const contributed = this.#parts.extensions.list(STRATEGIES);
    return contributed.length > 0 ? contributed : [localFirst];
  }

  ids(): readonly string[] {
    return this.list().map(({ id }) => id);
  }

  /** The request's own strategy must exist; a configured one that does not gives way to `local-first`, with one warning. */
  of(request: RouteRequest): RoutingStrategy {
    const { switches, settings, log } = this.#parts;
    const known = this.list();
    const asked = request.strategy;
    const id = asked ?? switches.choiceFor('strategy', request) ?? settings.routing.strategy;
    const found = known.find((strategy) => strategy.id === id);
    if (found !== undefined) return found;
    if (asked !== undefined) {
      throw new UsageError(`there is no strategy "${asked}" (known: ${this.ids().join(', ')})`);
    }
    if (this.#warned !== id) log.warn('unknown strategy, local-first serves instead', { strategy: id });
    this.#warned = id;
    return localFirst;
  }
}
