import { FAULT_LIMITS } from '../cells.ts';
import { always, answered, failed, fallback, interrupted, midway, type Expectation } from './outcomes.ts';

const { firstTokenMs, idleMs } = FAULT_LIMITS;

/** Nothing listens, or the connection is lost: avoided until a look passes, which begins at once. */
const OPENED = { breaker: 'opened' } as const;
const HUNG = { breaker: 'opened', withinMs: firstTokenMs } as const;
const LIMITED = { breaker: 'none' } as const;
const REFUSED_KEY = { breaker: 'misconfigured' } as const;

/** Silence or slowness after output, which costs the next caller as much whether or not output had begun. */
function silence(withinMs: number): Expectation {
  return midway('E_TIMEOUT', { breaker: 'opened', withinMs });
}

/** Faults of the connection. */
const TRANSPORT: Readonly<Record<string, Expectation>> = {
  refused: always(fallback('E_UNREACHABLE', { ...OPENED, primary: 0 })),
  'unknown-host': always(fallback('E_UNREACHABLE', { ...OPENED, primary: 0 })),
  'reset-before-headers': always(fallback('E_UNREACHABLE', OPENED)),
  'hang-before-headers': always(fallback('E_TIMEOUT', HUNG)),
  'hang-after-headers': always(fallback('E_TIMEOUT', HUNG)),
  'role-then-silence': always(fallback('E_TIMEOUT', HUNG)),
  'stall-at-start': always(fallback('E_TIMEOUT', HUNG)),
  // A reply that ends without its marker is counted; a look begins at once where the connection was lost.
  'cut-at-start': (_mode, client) => fallback(client === 'openai' ? 'E_MALFORMED' : 'E_INTERRUPTED'),
  cut: midway('E_INTERRUPTED'),
  'cut-reset': midway('E_INTERRUPTED'),
  stall: silence(idleMs),
  heartbeat: always(fallback('E_TIMEOUT', HUNG)),
  'heartbeat-midway': silence(idleMs),
  // Reasoning is no output, so that nothing is lost by asking somebody else.
  'cut-in-reasoning': always(fallback('E_INTERRUPTED')),
  // On Ollama's wire a tool call is one line, so that there is no rate to measure.
  'slow-drip': (mode, client) =>
    mode === 'tools' && client === 'ollama' ? answered({ withinMs: 2 * idleMs }) : silence(4 * 60 + 120)(mode, client),
};

/** Faults of the form of the reply, and errors within it. */
const STREAM: Readonly<Record<string, Expectation>> = {
  // Ollama tells no role first, and the package hands none on, so that this is an empty reply.
  'end-at-start': (_mode, client) => fallback(client === 'llamacpp' ? 'E_INTERRUPTED' : 'E_MALFORMED'),
  end: midway('E_INTERRUPTED'),
  'end-of-all': midway('E_INTERRUPTED'),
  'finish-without-done': always(answered()),
  'done-without-finish': midway('E_INTERRUPTED'),
  'malformed-at-start': always(fallback('E_MALFORMED')),
  malformed: (mode, client) => midway(client === 'openai' ? 'E_INTERRUPTED' : 'E_MALFORMED')(mode, client),
  // Pieces of three bytes, which split every character of four; the fake takes so long to send them.
  'split-bytes': always(answered({ withinMs: 300 })),
  'error-data-at-start': always(fallback('E_PROVIDER_SERVER')),
  'error-data': midway('E_PROVIDER_SERVER'),
  'error-data-done': midway('E_PROVIDER_SERVER'),
  'error-event': midway('E_PROVIDER_SERVER'),
  'error-line-at-start': always(fallback('E_PROVIDER_SERVER')),
  'error-line': midway('E_PROVIDER_SERVER'),
  'error-200': always(fallback('E_PROVIDER_SERVER')),
  // Nobody else is asked for what was withheld.
  'filtered-midway': (mode) =>
    mode === 'plain'
      ? failed('E_FILTERED')
      : { ...interrupted({ breaker: 'none' }), code: 'E_FILTERED', attempts: ['interrupted E_FILTERED'] },
  empty: always(fallback('E_MALFORMED')),
  html: always(fallback('E_MALFORMED')),
  'tool-arguments': always(interrupted()),
  'tool-ids': always(answered()),
  'wrong-model': always(answered()),
};

/** Whole replies that refuse. With a healthy alternative nobody waits and nobody asks the same server twice. */
const REFUSAL: Readonly<Record<string, Expectation>> = {
  'html-502': always(fallback('E_PROVIDER_SERVER')),
  '400': always(failed('E_REJECTED')),
  // The fallback has the larger window; of a cloud's model nobody knows it.
  context: (_mode, client) => (client === 'openai' ? failed('E_CONTEXT') : fallback('E_CONTEXT', { breaker: 'none' })),
  '401': always(fallback('E_PROVIDER_AUTH', REFUSED_KEY)),
  '402': always(fallback('E_PROVIDER_CREDIT', REFUSED_KEY)),
  '403': always(fallback('E_PROVIDER_AUTH', REFUSED_KEY)),
  '404': always(fallback('E_MODEL_NOT_FOUND')),
  '413': always(failed('E_REJECTED')),
  filtered: always(failed('E_FILTERED')),
  // Our own servers are asked once more without tools, by a schema, which this one refuses with the same words.
  'no-tools': (_mode, client) => fallback('E_CAPABILITY', { breaker: 'none', primary: client === 'openai' ? 1 : 2 }),
  '429-seconds': always(fallback('E_RATE_LIMITED', LIMITED)),
  '429-date': always(fallback('E_RATE_LIMITED', LIMITED)),
  '429': always(fallback('E_RATE_LIMITED', LIMITED)),
  '500': always(fallback('E_PROVIDER_SERVER')),
  // It asks to wait, which is a full queue.
  '503': always(fallback('E_BUSY', LIMITED)),
  // Ollama does not refuse while it loads: it answers late.
  loading: (_mode, client) =>
    client === 'ollama' ? answered({ withinMs: 120 }) : fallback('E_LOADING', { breaker: 'none' }),
  '529': always(fallback('E_PROVIDER_SERVER')),
  // By its own words a full queue.
  '529-overloaded': always(fallback('E_BUSY', LIMITED)),
};

export const WITH_FALLBACK: Readonly<Record<string, Expectation>> = { ...TRANSPORT, ...STREAM, ...REFUSAL };
