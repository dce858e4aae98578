/** What can open a breaker so that a look closes it again. */
export type BreakerTrip = Exclude<BreakerFault, 'misconfigured'>;

/**
 * State of a target's breaker; what only an open breaker has cannot be asked of a closed one. Times are milliseconds
 * since 1970, since a state outlives its process. `trips` counts how often it opened without an answer in between.
 */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number; readonly trips: number }
  | {
      readonly kind: 'open';
      readonly fault: BreakerTrip;
      readonly openedAt: number;
      readonly probeAt: number;
      readonly trips: number;
    }
  | { readonly kind: 'half-open'; readonly fault: BreakerTrip; readonly since: number; readonly trips: number }
  | { readonly kind: 'misconfigured'; readonly since: number; readonly code: string; readonly trips: number };

/**
 * How a failure weighs. `connection`: nothing listens, so it opens at once and is probed at once. `time-out`: opens at
 * once too, since each try costs a person the whole limit. `failure`: counted. `misconfigured`: a wrong key or no
 * credit; out until a look proves the key, the configuration changes, or a reset.
 */
export type BreakerFault = 'connection' | 'time-out' | 'failure' | 'misconfigured';

/** What moves a breaker. `random` is 0 to below 1, for jitter. */
export type BreakerEvent =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly fault: BreakerFault; readonly code: string; readonly random: number }
  | { readonly kind: 'probe-started' }
  | { readonly kind: 'probe-passed'; readonly isKeyProven: boolean }
  | { readonly kind: 'probe-failed'; readonly random: number }
  | { readonly kind: 'reset' };

/** What a breaker is set to. */
export interface BreakerSettings {
  /** Failures in a row that open it. */
  readonly failureThreshold: number;
  /** First rest after that many failures. */
  readonly recoveryMs: number;
  /** Longest time between two looks at what cannot be reached. */
  readonly probeIntervalMs: number;
}

/** What tripped a breaker, or was counted last. */
export interface BreakerCause {
  readonly code: string;
  readonly message: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A breaker that keeps calls away, as filters see it. */
export interface BreakerView {
  readonly kind: Exclude<BreakerState['kind'], 'closed'>;
  readonly fault: BreakerFault;
  /** How often it opened without an answer in between. */
  readonly trips: number;
  readonly cause?: BreakerCause;
  /** Until the next look that may bring it back; absent where only a mended configuration does. */
  readonly probeInMs?: number;
}

/** A breaker as `health --breakers` shows it: of a target, or of a server for what all its models share. */
export interface BreakerStatus {
  readonly targetId: string;
  readonly state: BreakerState;
  /** Until the next look, where one is due by time; 0 when it is due. */
  readonly probeInMs?: number;
  readonly cause?: BreakerCause;
  /** Milliseconds until a server that limits our calls may be asked again. */
  readonly limitedForMs?: number;
}

/** A breaker as the workspace keeps it. */
export interface BreakerRecord {
  readonly targetId: string;
  readonly state: BreakerState;
  readonly cause?: BreakerCause;
  /** Hash of the settings of its provider: another one means that a misconfiguration may be mended. */
  readonly fingerprint: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}
