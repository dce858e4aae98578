import type { WoosterError } from 'wooster';

/** What is being done with a server that ends: nothing more, or another start. */
type AfterEnd = 'stop' | 'start' | 'crash';

/**
 * Where a supervised server is in its life, as one process sees it. Times are of a monotonic clock.
 *
 * | state | meaning | leaves to |
 * |---|---|---|
 * | stopped | nothing of ours runs; as made | starting |
 * | starting | its address is looked at, its program started, its health awaited | ready, adopted, restarting, failed, stopping |
 * | ready | a program that this process started is well | restarting, failed, stopping, stopped |
 * | adopted | it ran already, started by another Wooster process or by somebody else | stopped, restarting, failed, stopping |
 * | restarting | it crashed; the next start waits for the back-off | starting, stopped |
 * | failed | it cannot be started, or crashed too often in a row | starting, stopped |
 * | stopping | its processes are being ended | stopped, starting, restarting, failed |
 */
export type ServerState =
  | { readonly kind: 'stopped' }
  | { readonly kind: 'starting'; readonly sinceMs: number; readonly crashes: number }
  | { readonly kind: 'ready'; readonly sinceMs: number; readonly crashes: number }
  | { readonly kind: 'adopted'; readonly sinceMs: number; readonly crashes: number; readonly isOurs: boolean }
  | { readonly kind: 'restarting'; readonly crashes: number; readonly retryAtMs: number; readonly reason: string }
  | { readonly kind: 'failed'; readonly fault: WoosterError; readonly retryAtMs: number }
  | { readonly kind: 'stopping'; readonly next: AfterEnd; readonly crashes: number; readonly reason: string };

/** What happens to it. `ended` is only true of its processes: nothing of them is left. */
export type ServerEvent =
  | { readonly kind: 'wanted' }
  /** By a person, who does not wait for a back-off. */
  | { readonly kind: 'asked' }
  | { readonly kind: 'due' }
  | { readonly kind: 'healthy' }
  | { readonly kind: 'found'; readonly isOurs: boolean }
  | { readonly kind: 'refused'; readonly fault: WoosterError }
  | { readonly kind: 'overdue'; readonly reason: string }
  | { readonly kind: 'outgrown'; readonly reason: string }
  | { readonly kind: 'stop' }
  /** `isAsked`: somebody ended it on purpose. */
  | { readonly kind: 'ended'; readonly reason: string; readonly isAsked?: boolean };

/** What the holder has to do after a change. `launch` is given only where nothing of ours runs. */
type ServerEffect = 'launch' | 'end' | 'wait';

/** A state and what has to be done for it. */
interface Transition {
  readonly state: ServerState;
  readonly effect?: ServerEffect;
}

/** What the transitions depend on besides the state and the event. */
interface TransitionFacts {
  readonly nowMs: number;
  /** The error that says that it crashed so often in a row. */
  readonly tooManyCrashes: (crashes: number, reason: string) => WoosterError;
}

/** A server that was well for so long is sound: earlier crashes no longer count. */
const SOUND_MS = 60_000;
/** Waits before the next start after one, two, three and more crashes in a row: the first is repaired at once. */
const BACK_OFF_MS = [0, 1_000, 5_000, 30_000];
/** After so many crashes in a row nothing is tried until somebody asks for it. */
export const MOST_CRASHES = 5;
/** What refused a start (a taken port, a missing program) is looked at again after so long. */
const REFUSED_MS = 10_000;

function launch(crashes: number, nowMs: number): Transition {
  return { state: { kind: 'starting', sinceMs: nowMs, crashes }, effect: 'launch' };
}

function crashed(crashes: number, reason: string, facts: TransitionFacts): Transition {
  if (crashes >= MOST_CRASHES) {
    return { state: { kind: 'failed', fault: facts.tooManyCrashes(crashes, reason), retryAtMs: Infinity } };
  }
  const waitMs = BACK_OFF_MS[Math.min(crashes, BACK_OFF_MS.length) - 1] ?? 0;
  return { state: { kind: 'restarting', crashes, retryAtMs: facts.nowMs + waitMs, reason }, effect: 'wait' };
}

/** Crashes in a row with this one: a long good time before it clears the count. */
function countCrash(state: { readonly sinceMs: number; readonly crashes: number }, nowMs: number): number {
  return nowMs - state.sinceMs >= SOUND_MS ? 1 : state.crashes + 1;
}

type In<Kind extends ServerState['kind']> = Extract<ServerState, { kind: Kind }>;

function end(state: In<'starting' | 'ready' | 'adopted'>, next: AfterEnd, reason: string): Transition {
  return { state: { kind: 'stopping', next, crashes: state.crashes, reason }, effect: 'end' };
}

function fromStarting(state: In<'starting'>, event: ServerEvent, facts: TransitionFacts): Transition {
  const { nowMs } = facts;
  switch (event.kind) {
    case 'healthy':
      return { state: { kind: 'ready', sinceMs: nowMs, crashes: state.crashes } };
    case 'found':
      return { state: { kind: 'adopted', sinceMs: nowMs, crashes: state.crashes, isOurs: event.isOurs } };
    case 'refused':
      return { state: { kind: 'failed', fault: event.fault, retryAtMs: nowMs + REFUSED_MS } };
    case 'overdue':
      return end(state, 'crash', event.reason);
    case 'ended':
      return event.isAsked ? { state: { kind: 'stopped' } } : crashed(state.crashes + 1, event.reason, facts);
    case 'stop':
      return end(state, 'stop', 'stopped');
    default:
      return { state };
  }
}

function fromRunning(state: In<'ready' | 'adopted'>, event: ServerEvent, facts: TransitionFacts): Transition {
  const isOurs = state.kind === 'ready' || state.isOurs;
  switch (event.kind) {
    case 'outgrown':
      return isOurs ? end(state, 'start', event.reason) : { state };
    case 'ended':
      if (event.isAsked === true || !isOurs) return { state: { kind: 'stopped' } };
      return crashed(countCrash(state, facts.nowMs), event.reason, facts);
    case 'stop':
      return isOurs ? end(state, 'stop', 'stopped') : { state: { kind: 'stopped' } };
    default:
      return { state };
  }
}

function fromStopping(state: In<'stopping'>, event: ServerEvent, facts: TransitionFacts): Transition {
  if (event.kind === 'stop') return { state: { ...state, next: 'stop' } };
  // A start that was refused, or found somebody else's server, leaves nothing behind either.
  const isNothingLeft = event.kind === 'refused' || (event.kind === 'found' && !event.isOurs);
  if (event.kind !== 'ended' && !isNothingLeft) return { state };
  if (state.next === 'stop') return { state: { kind: 'stopped' } };
  return state.next === 'start' ? launch(state.crashes, facts.nowMs) : crashed(state.crashes + 1, state.reason, facts);
}

function fromResting(state: In<'restarting' | 'failed'>, event: ServerEvent, { nowMs }: TransitionFacts): Transition {
  const crashes = state.kind === 'restarting' ? state.crashes : 0;
  if (event.kind === 'asked') return launch(0, nowMs);
  if (event.kind === 'stop') return { state: { kind: 'stopped' } };
  const isDue = (event.kind === 'wanted' || event.kind === 'due') && nowMs >= state.retryAtMs;
  return isDue ? launch(crashes, nowMs) : { state };
}

/** The next state and what has to be done for it; an event that means nothing in a state leaves it as it is. */
export function transition(state: ServerState, event: ServerEvent, facts: TransitionFacts): Transition {
  switch (state.kind) {
    case 'stopped':
      return event.kind === 'wanted' || event.kind === 'asked' ? launch(0, facts.nowMs) : { state };
    case 'starting':
      return fromStarting(state, event, facts);
    case 'ready':
    case 'adopted':
      return fromRunning(state, event, facts);
    case 'stopping':
      return fromStopping(state, event, facts);
    default:
      return fromResting(state, event, facts);
  }
}
