import type { AttemptRecord, DecisionQuery, RouteDecision, RouteTrace } from '../../contracts/routing/decision.ts';
import type { DecisionRecorder } from '../../contracts/routing/decision.ts';
import type { SwitchScope } from '../../contracts/routing/router.ts';
import type { BreakerRecord } from '../../contracts/routing/breaker.ts';
import type {
  BreakerStore,
  ChoiceKind,
  HealthRecord,
  HealthStore,
  MeasurementRecord,
  MeasurementStore,
  RoutingState,
  ScopedChoice,
  SpaceRecord,
  SpaceStore,
  SwitchStore,
} from '../../contracts/routing/routing-state.ts';

const KEPT_DECISIONS = 500;
const KEPT_BREAKERS = 500;

/** What tells apart two scopes of one kind; empty where there is only one of the kind. */
export function scopeIdOf(scope: SwitchScope): string {
  return 'id' in scope ? scope.id : '';
}

class MemoryDecisions implements DecisionRecorder {
  readonly #decisions = new Map<string, RouteDecision>();
  readonly #attempts = new Map<string, Map<string, AttemptRecord>>();

  recordDecision(decision: RouteDecision): void {
    this.#decisions.set(decision.id, decision);
    const [oldest] = this.#decisions.keys();
    if (this.#decisions.size <= KEPT_DECISIONS || oldest === undefined) return;
    this.#decisions.delete(oldest);
    this.#attempts.delete(oldest);
  }

  recordAttempt(attempt: AttemptRecord): void {
    if (!this.#decisions.has(attempt.decisionId)) return;
    const attempts = this.#attempts.get(attempt.decisionId) ?? new Map<string, AttemptRecord>();
    attempts.set(attempt.id, attempt);
    this.#attempts.set(attempt.decisionId, attempts);
  }

  get(id: string): RouteTrace | undefined {
    const decision = this.#decisions.get(id);
    return decision && { decision, attempts: [...(this.#attempts.get(id)?.values() ?? [])] };
  }

  list({ limit = 20, conversationId, before = Infinity }: DecisionQuery = {}): readonly RouteTrace[] {
    return [...this.#decisions.values()]
      .toReversed()
      .filter(({ decidedAt }) => decidedAt < before)
      .filter(({ request }) => conversationId === undefined || request.conversationId === conversationId)
      .slice(0, limit)
      .map((decision) => ({ decision, attempts: [...(this.#attempts.get(decision.id)?.values() ?? [])] }));
  }
}

class MemorySwitches implements SwitchStore {
  readonly #choices = new Map<string, { kind: ChoiceKind; choice: ScopedChoice }>();

  list(kind: ChoiceKind): readonly ScopedChoice[] {
    return [...this.#choices.values()].filter((each) => each.kind === kind).map(({ choice }) => choice);
  }

  set(kind: ChoiceKind, scope: SwitchScope, value: string | undefined): void {
    const key = JSON.stringify([kind, scope.kind, scopeIdOf(scope)]);
    if (value === undefined) this.#choices.delete(key);
    else this.#choices.set(key, { kind, choice: { scope, value } });
  }
}

class MemoryHealth implements HealthStore {
  readonly #records = new Map<string, HealthRecord>();

  list(): readonly HealthRecord[] {
    return [...this.#records.values()];
  }

  save(record: HealthRecord): void {
    this.#records.set(record.targetId, record);
  }

  remove(targetId: string): void {
    this.#records.delete(targetId);
  }
}

class MemoryBreakers implements BreakerStore {
  #records: readonly BreakerRecord[] = [];

  list(): readonly BreakerRecord[] {
    return this.#records;
  }

  save(record: BreakerRecord): void {
    const others = this.#records.filter(({ targetId }) => targetId !== record.targetId);
    this.#records = [...others, record].slice(-KEPT_BREAKERS);
  }

  remove(targetId: string): void {
    if (!this.#records.some((record) => record.targetId === targetId)) return;
    this.#records = this.#records.filter((record) => record.targetId !== targetId);
  }
}

class MemorySpaces implements SpaceStore {
  readonly #records = new Map<string, SpaceRecord>();

  list(): readonly SpaceRecord[] {
    return [...this.#records.values()].toSorted((left, right) => right.usedAt - left.usedAt);
  }

  record(record: SpaceRecord): void {
    const key = JSON.stringify([record.space.spaceId, record.purpose]);
    const known = this.#records.get(key)?.space ?? record.space;
    this.#records.set(key, { ...record, space: known });
  }
}

/** What is known of a target after a further measurement; of other weights nothing is kept. */
export function joinMeasurements(before: MeasurementRecord | undefined, record: MeasurementRecord): MeasurementRecord {
  const isSame = before?.digest === undefined || record.digest === undefined || before.digest === record.digest;
  const told = Object.fromEntries(Object.entries(record).filter(([, value]) => value !== undefined));
  return { ...(isSame && before), ...told, targetId: record.targetId };
}

class MemoryMeasurements implements MeasurementStore {
  readonly #records = new Map<string, MeasurementRecord>();

  list(): readonly MeasurementRecord[] {
    return [...this.#records.values()];
  }

  save(record: MeasurementRecord): void {
    this.#records.set(record.targetId, joinMeasurements(this.#records.get(record.targetId), record));
  }
}

/** State of this process alone: for tests, and for what the database does not take. Keeps the last 500 decisions. */
export function createMemoryState(): RoutingState {
  return {
    decisions: new MemoryDecisions(),
    switches: new MemorySwitches(),
    health: new MemoryHealth(),
    breakers: new MemoryBreakers(),
    spaces: new MemorySpaces(),
    measurements: new MemoryMeasurements(),
    problem: () => undefined,
    dispose: () => undefined,
  };
}
