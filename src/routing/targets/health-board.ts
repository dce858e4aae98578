import type { CallOutcome, HealthReport, HealthSnapshot } from '../../contracts/models/health.ts';

/** How long the fault of one model, seen in a real call, stands against a look that only found its server well. */
const OWN_FAULT_STANDS_MS = 30_000;

/** Knowledge older than this, from an earlier process, is no knowledge. */
const FORGET_MS = 10 * 60_000;

const SPEED_SAMPLES = 9;

/** A report and when it was made, on the monotonic clock. */
export interface DatedReport {
  readonly report: HealthReport;
  readonly at: number;
}

/**
 * Which of the two reports counts for a target. The newer one, except that a model that is loading or missing is not
 * cleared for half a minute by its server's answering a question that loads no model.
 */
function pickReport(own: DatedReport | undefined, server: DatedReport | undefined): DatedReport | undefined {
  if (own === undefined || server === undefined) return own ?? server;
  if (server.report.state === 'down') return own.at > server.at && own.report.state === 'ready' ? own : server;
  const isFault = own.report.state !== 'ready';
  const standsUntil = isFault ? own.at + OWN_FAULT_STANDS_MS : own.at;
  return standsUntil >= server.at ? own : server;
}

/** The snapshot of a target from what is known of it and of its server. Pure. */
export function snapshotOf(
  known: {
    readonly own?: DatedReport;
    readonly server?: DatedReport;
    readonly firstTokenMs?: number;
  },
  now: number,
): HealthSnapshot {
  const picked = pickReport(known.own, known.server);
  const ageMs = picked === undefined ? Infinity : Math.max(0, now - picked.at);
  const speed = known.firstTokenMs === undefined ? {} : { firstTokenMs: known.firstTokenMs };
  if (picked === undefined || ageMs > FORGET_MS) return { state: 'unknown', ageMs, ...speed };
  return { state: picked.report.state, report: picked.report, ageMs, ...speed };
}

/** Which of the two a call's end speaks of, and what it says; undefined when it says nothing about health. */
interface HealthVerdict {
  readonly about: 'server' | 'target';
  readonly report: HealthReport;
}

const VERDICTS: Readonly<Record<string, Pick<HealthVerdict, 'about'> & Pick<HealthReport, 'state' | 'detail'>>> = {
  E_UNREACHABLE: { about: 'server', state: 'down', detail: 'a call could not reach it' },
  E_LOADING: { about: 'target', state: 'loading', detail: 'it said that it loads the model' },
  E_PROVIDER_AUTH: { about: 'server', state: 'misconfigured', detail: 'it refused the key' },
  E_PROVIDER_CREDIT: { about: 'server', state: 'misconfigured', detail: 'the account has no credit' },
  E_MODEL_NOT_FOUND: { about: 'target', state: 'misconfigured', detail: 'the server does not have the model' },
  E_DEPENDENCY: { about: 'server', state: 'misconfigured', detail: 'a package or program is missing' },
};

/**
 * What the end of a real call says about health. Silence, a 5xx, a malformed reply and a cut stream leave the target in
 * place: those are the breaker's, as are limits of rate or queue. The caller's own abort says nothing.
 */
export function verdictOf(outcome: CallOutcome): HealthVerdict | undefined {
  const latencyMs = outcome.firstTokenMs ?? outcome.totalMs;
  if (outcome.kind === 'answered') {
    return { about: 'target', report: { state: 'ready', latencyMs, detail: 'it answered a call' } };
  }
  if (outcome.kind === 'cancelled' || outcome.code === undefined) return undefined;
  const verdict = VERDICTS[outcome.code];
  if (verdict === undefined) return undefined;
  return {
    about: verdict.about,
    report: { state: verdict.state, latencyMs, detail: verdict.detail, code: outcome.code },
  };
}

/** The last few times to the first token and their median. */
export class SpeedSamples {
  readonly #samples: number[] = [];
  /** Asked for much more often than it changes. */
  #median: number | undefined;

  add(firstTokenMs: number): void {
    this.#samples.push(firstTokenMs);
    if (this.#samples.length > SPEED_SAMPLES) this.#samples.shift();
    const sorted = this.#samples.toSorted((left, right) => left - right);
    this.#median = sorted[Math.floor(sorted.length / 2)];
  }

  median(): number | undefined {
    return this.#median;
  }
}
