import type { CallOutcome, HealthReport } from '../../../contracts/models/health.ts';
import type { BreakerCause, BreakerEvent, BreakerFault, BreakerState } from '../../../contracts/routing/breaker.ts';

/** What the end of a call counts as, and whose: what all models of a server share is the server's. */
interface CountedFault {
  readonly about: 'server' | 'target';
  readonly fault: BreakerFault;
  /** A look tells at once what else of the server is gone. */
  readonly wantsLook: boolean;
}

/** Longest message of a cause that is kept. */
const MOST_CHARACTERS = 200;

type Row = readonly [CountedFault['about'], BreakerFault];

const FAULTS: Readonly<Record<string, Row>> = {
  E_UNREACHABLE: ['server', 'connection'],
  E_TIMEOUT: ['target', 'time-out'],
  E_PROVIDER_AUTH: ['server', 'misconfigured'],
  E_PROVIDER_CREDIT: ['server', 'misconfigured'],
  E_DEPENDENCY: ['server', 'misconfigured'],
  E_PROVIDER_SERVER: ['target', 'failure'],
  E_MALFORMED: ['target', 'failure'],
  E_INTERRUPTED: ['target', 'failure'],
  E_MODEL_NOT_FOUND: ['target', 'failure'],
};

const LIMITS: ReadonlySet<string> = new Set(['E_RATE_LIMITED', 'E_BUSY']);

/** Whether a server limits us or its queue is full, which is no failure. */
export function isLimit({ kind, code }: CallOutcome): boolean {
  return kind === 'limited' || (kind === 'failed' && code !== undefined && LIMITS.has(code));
}

/**
 * What a call that failed counts as; undefined for what says nothing against its target: loading, a limit, a request
 * that was wrong or too long, the caller's own abort. A connection that never stood in its time is the server's.
 */
export function countedFault({ kind, code, isConnectionLost }: CallOutcome): CountedFault | undefined {
  if (kind !== 'failed' || code === undefined) return undefined;
  if (code === 'E_TIMEOUT' && isConnectionLost === true) {
    return { about: 'server', fault: 'connection', wantsLook: true };
  }
  const row = FAULTS[code];
  if (row === undefined) return undefined;
  const [about, fault] = row;
  const wantsLook = fault === 'connection' || fault === 'time-out' || isConnectionLost === true;
  return { about, fault, wantsLook };
}

/** What is kept of the call that moved a breaker: one line. */
export function causeOf({ code = '', message = '' }: CallOutcome, at: number): BreakerCause {
  const line = message.replace(/\s+/g, ' ').trim();
  return { code, message: line.length > MOST_CHARACTERS ? `${line.slice(0, MOST_CHARACTERS - 1)}…` : line, at };
}

/** Codes of faults that are believed to be mended only when a look proves the key; a missing package only has to be there. */
const OF_KEYS: ReadonlySet<string> = new Set(['E_PROVIDER_AUTH', 'E_PROVIDER_CREDIT']);

/** What a look that found the server up says to a breaker in this state. */
export function passedLook(report: HealthReport, state: BreakerState): BreakerEvent {
  const isThere = state.kind === 'misconfigured' && !OF_KEYS.has(state.code) && report.state !== 'misconfigured';
  return { kind: 'probe-passed', isKeyProven: isThere || report.isKeyProven === true };
}
