/** State of a target's breaker; what only an open breaker has cannot be asked of a closed one. */
export type BreakerState =
  | { readonly kind: 'closed'; readonly failures: number }
  | { readonly kind: 'open'; readonly openedAt: number; readonly probeAt: number; readonly trips: number }
  | { readonly kind: 'half-open'; readonly since: number; readonly trips: number }
  | { readonly kind: 'misconfigured'; readonly since: number; readonly code: string };

/** What moves a breaker. */
export type BreakerEvent =
  | { readonly kind: 'succeeded' }
  | { readonly kind: 'failed'; readonly code: string; readonly isConnection: boolean }
  | { readonly kind: 'probe-started' }
  | { readonly kind: 'probe-passed' }
  | { readonly kind: 'probe-failed' }
  | { readonly kind: 'reset' };

/** Pure: the same state, event and time give the same next state. */
export type BreakerTransition = (state: BreakerState, event: BreakerEvent, now: number) => BreakerState;
