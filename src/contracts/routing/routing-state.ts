import type { EmbeddingPurpose, EmbeddingSpace } from '../models/embedding-model.ts';
import type { MeasuredSpeed, MeasuredToolUse } from '../models/model-info.ts';
import type { HealthReport } from '../models/health.ts';
import type { Disposable } from '../plugins/disposable.ts';
import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { BreakerRecord } from './breaker.ts';
import type { DecisionRecorder } from './decision.ts';
import type { SwitchScope } from './router.ts';

/** A model preferred, or a strategy set, for one scope. */
export interface ScopedChoice {
  readonly scope: SwitchScope;
  /** A model reference or a strategy id. */
  readonly value: string;
}

/** What a switch sets. */
export type ChoiceKind = 'model' | 'strategy';

/** Switches that outlive the process; one value for each kind and scope. */
export interface SwitchStore {
  list(kind: ChoiceKind): readonly ScopedChoice[];
  /** `undefined` takes the choice back. */
  set(kind: ChoiceKind, scope: SwitchScope, value: string | undefined): void;
}

/** The last look at a server or target, as any process of the workspace saw it. */
export interface HealthRecord {
  readonly targetId: string;
  readonly report: HealthReport;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** Health that outlives the process. */
export interface HealthStore {
  list(): readonly HealthRecord[];
  save(record: HealthRecord): void;
  remove(targetId: string): void;
}

/** Breakers that outlive the process; one that is closed and counts nothing has no record. */
export interface BreakerStore {
  /** Cheap to ask again: the same array while no process has changed anything. */
  list(): readonly BreakerRecord[];
  /** The last writer wins, whichever process it is, so that a clock that stepped back locks nobody out. */
  save(record: BreakerRecord): void;
  remove(targetId: string): void;
}

/** A vector space that a purpose has used. */
export interface SpaceRecord {
  readonly space: EmbeddingSpace;
  readonly purpose: EmbeddingPurpose;
  /** Milliseconds since 1970, of the last process that used it. */
  readonly usedAt: number;
}

/** The vector spaces of the workspace; the record of an id is never replaced. */
export interface SpaceStore {
  /** Latest used first. */
  list(): readonly SpaceRecord[];
  record(record: SpaceRecord): void;
}

/** What was measured of one model on one server. */
export interface MeasurementRecord {
  readonly targetId: string;
  /** Of the weights that were measured, where it was known: what was measured of other weights no longer holds. */
  readonly digest?: string;
  readonly speed?: MeasuredSpeed;
  readonly toolUse?: MeasuredToolUse;
  /** Memory that it took, MiB. */
  readonly memoryMiB?: number;
}

/** Measurements that outlive the process, one for each target. */
export interface MeasurementStore {
  list(): readonly MeasurementRecord[];
  /** Replaces what the record tells and keeps the rest of what is known. */
  save(record: MeasurementRecord): void;
}

/** What routing remembers for the workspace. No method throws: what cannot be stored is kept in memory, with one warning. */
export interface RoutingState extends Disposable {
  readonly decisions: DecisionRecorder;
  readonly switches: SwitchStore;
  readonly health: HealthStore;
  readonly breakers: BreakerStore;
  readonly spaces: SpaceStore;
  readonly measurements: MeasurementStore;
  /** One line that says why nothing lasts and what to do; undefined while the database works. */
  problem(): string | undefined;
}

/** The state of the workspace, opened by the host. */
export const ROUTING_STATE: Token<RoutingState> = defineToken<RoutingState>('routing-state');
