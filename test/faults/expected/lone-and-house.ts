import { FAULT_LIMITS } from '../cells.ts';
import { always, answered, cancelled, failed, interrupted, type Expectation } from './outcomes.ts';

const { firstTokenMs, idleMs, loadMs } = FAULT_LIMITS;
/** The pause before a second try, without its jitter; the matrix has none. */
const RETRY_MS = 60;
const LEAVING_MS = 40;

/** Nobody else can answer: once again where the table says so, a wait where the server asks for a short one, else the error. */
const ALONE: Readonly<Record<string, Expectation>> = {
  refused: always(
    failed('E_UNREACHABLE', { before: ['failed E_UNREACHABLE'], primary: 0, breaker: 'opened', withinMs: RETRY_MS }),
  ),
  'reset-once': always(answered({ before: ['failed E_UNREACHABLE'], breaker: 'opened', withinMs: RETRY_MS })),
  hang: always(failed('E_TIMEOUT', { breaker: 'opened', withinMs: firstTokenMs })),
  stall: (mode) =>
    mode === 'plain'
      ? failed('E_TIMEOUT', { breaker: 'opened', withinMs: idleMs })
      : interrupted({ breaker: 'opened', withinMs: idleMs }),
  'cut-once': (mode) =>
    mode === 'plain'
      ? answered({ before: ['failed E_INTERRUPTED'], breaker: 'counted', withinMs: RETRY_MS })
      : interrupted(),
  'end-always': (mode) =>
    mode === 'plain'
      ? failed('E_INTERRUPTED', { before: ['failed E_INTERRUPTED'], breaker: 'counted', withinMs: RETRY_MS })
      : interrupted(),
  empty: always(failed('E_MALFORMED', { before: ['failed E_MALFORMED'], breaker: 'counted', withinMs: RETRY_MS })),
  'html-once': always(answered({ before: ['failed E_MALFORMED'], breaker: 'counted', withinMs: RETRY_MS })),
  '401': always(failed('E_PROVIDER_AUTH', { breaker: 'misconfigured' })),
  '404': always(failed('E_MODEL_NOT_FOUND', { breaker: 'counted' })),
  '429-short': always(answered({ before: ['failed E_RATE_LIMITED'], withinMs: 60 })),
  '429-long': always(failed('E_RATE_LIMITED')),
  '500-once': always(answered({ before: ['failed E_PROVIDER_SERVER'], breaker: 'counted', withinMs: RETRY_MS })),
  '500': always(
    failed('E_PROVIDER_SERVER', { before: ['failed E_PROVIDER_SERVER'], breaker: 'counted', withinMs: RETRY_MS }),
  ),
  // It says so and is asked again; Ollama answers late instead.
  loading: (_mode, client) =>
    client === 'ollama' ? answered({ withinMs: 120 }) : answered({ before: ['failed E_LOADING'], withinMs: 150 }),
  'loading-long': (_mode, client) =>
    client === 'ollama'
      ? failed('E_TIMEOUT', { breaker: 'opened', withinMs: firstTokenMs })
      : failed('E_LOADING', { before: ['failed E_LOADING', 'failed E_LOADING'], withinMs: loadMs }),
};

const GONE = ['answered', 'failed E_UNREACHABLE', 'answered', 'answered', 'answered', 'answered'];

/** One failed attempt when it dies, none while it is avoided, and the first again once it is back. */
const returning = always({
  verdict: 'whole of the primary',
  attempts: GONE,
  primary: 2,
  fallback: 3,
  breaker: 'opened',
  withinMs: 0,
});

/** The caller leaves, and faults of our own house. */
const HOUSE: Readonly<Record<string, Expectation>> = {
  'abort-before': cancelled([]),
  'abort-waiting': cancelled(['cancelled E_CANCELLED'], { withinMs: LEAVING_MS }),
  'abort-loading': (mode, client) => {
    const attempt = client === 'ollama' ? 'cancelled E_CANCELLED' : 'failed E_LOADING';
    return cancelled([attempt], { withinMs: LEAVING_MS })(mode, client);
  },
  'abort-output': (mode, client) =>
    cancelled(['cancelled E_CANCELLED'], { isShown: mode !== 'plain', withinMs: 2 * LEAVING_MS })(mode, client),
  returns: returning,
  'clock-back': returning,
  suspended: returning,
  // Every call is answered, and its record kept in memory.
  'state-full': always(answered({ before: ['answered', 'answered'] })),
};

export const ALONE_OR_HOUSE: Readonly<Record<string, Expectation>> = {
  ...Object.fromEntries(Object.entries(ALONE).map(([id, expectation]) => [`alone-${id}`, expectation])),
  ...HOUSE,
};
