import { replyBytes, replyText, send, type Reply, type Step } from '../http/reply.ts';
import type { Fault, InBandForm, TransportFault } from './fault-kinds.ts';
import { inBandSteps } from './in-band.ts';
import { splitSteps } from './split-bytes.ts';

/** What a fault must know of the server that would have answered well. */
interface FaultSetting {
  /** How this server tells an error after a stream began. */
  inBandForm: InBandForm;
  /** This server's error body with the given message. */
  errorBody: (message: string) => string;
  /** How long a loading server blocks, where it does not refuse. */
  loadingBlocks: boolean;
}

/** The reply with a fault of the connection or of the bytes done to it; content and reply faults change nothing here. */
export function spoilTransport(reply: Reply, fault: Fault, setting: FaultSetting): Reply {
  switch (fault.kind) {
    case 'refuse':
    case 'reset-before-headers':
      return { ...reply, steps: [{ kind: 'cut', isReset: true }] };
    case 'hang-before-headers':
      return { ...reply, steps: [{ kind: 'wait', forMs: fault.forMs ?? Infinity }, ...reply.steps] };
    case 'loading':
      return setting.loadingBlocks
        ? { ...reply, steps: [{ kind: 'wait', forMs: fault.forMs ?? 0 }, ...reply.steps] }
        : reply;
    case 'hang-after-headers':
      return replaceFrom(reply, headEnd(reply), [{ kind: 'wait', forMs: fault.forMs ?? Infinity }], true);
    case 'role-then-silence':
      return roleThenSilence(reply, fault.forMs ?? Infinity);
    case 'cut':
      return cutAfter(reply, fault);
    case 'end-without-marker':
      return endEarly(reply, fault);
    case 'interrupted-but-done':
      return skipToMarker(reply, fault.afterTokens ?? 0);
    case 'headers':
      return { ...reply, headers: { ...reply.headers, ...fault.headers } };
    case 'stall':
      return replaceFrom(
        ...placeAfter(reply, fault.afterTokens ?? 0),
        [{ kind: 'wait', forMs: fault.forMs ?? Infinity }],
        true,
      );
    case 'heartbeat':
      return heartbeat(reply, fault);
    case 'drip':
      return drip(reply, fault.intervalMs);
    case 'malformed-chunk':
      return malformed(reply, fault);
    case 'split-bytes':
      return {
        ...reply,
        framing: reply.framing === 'length' ? 'chunked' : reply.framing,
        steps: splitSteps(reply.steps, fault),
      };
    case 'in-band-error':
      return inBandError(reply, fault, setting);
    default:
      return reply;
  }
}

/** Whether a reply comes token by token. */
function isStreamed(reply: Reply): boolean {
  return reply.steps.some((step) => step.kind === 'send' && step.part !== 'body');
}

function headEnd(reply: Reply): number {
  return reply.steps.findIndex((step) => step.kind === 'head') + 1;
}

/** Puts steps in at a place; what followed is kept or dropped. */
function replaceFrom(reply: Reply, place: number, steps: Step[], keepsRest: boolean): Reply {
  const rest = keepsRest ? reply.steps.slice(place) : [];
  return { ...reply, steps: [...reply.steps.slice(0, place), ...steps, ...rest] };
}

/** The reply and the place behind its n-th token; a plain body is first broken in two, and n above 0 means behind the first half. */
function placeAfter(reply: Reply, tokens: number): [Reply, number] {
  if (!isStreamed(reply)) {
    const halved = halve(reply);
    return [halved, headEnd(halved) + (tokens > 0 ? 1 : 0)];
  }
  let seen = 0;
  let place = reply.steps.findIndex((step) => step.kind === 'send' && step.part === 'role') + 1 || headEnd(reply);
  for (const [index, step] of reply.steps.entries()) {
    if (step.kind !== 'send' || step.part !== 'token' || seen >= tokens) continue;
    seen += 1;
    place = index + 1;
  }
  return [reply, place];
}

function halve(reply: Reply): Reply {
  const body = Buffer.from(replyText(reply), 'utf8');
  const middle = Math.ceil(body.length / 2);
  const parts = [body.subarray(0, middle), body.subarray(middle)].map((bytes): Step => ({
    kind: 'send',
    part: 'body',
    bytes,
  }));
  const kept = reply.steps.filter((step) => step.kind !== 'send');
  return { ...reply, steps: [...kept, ...parts] };
}

function roleThenSilence(reply: Reply, forMs: number): Reply {
  if (reply.emptyChunk === undefined) return replaceFrom(reply, headEnd(reply), [{ kind: 'wait', forMs }], true);
  const hasRole = reply.steps.some((step) => step.kind === 'send' && step.part === 'role');
  const withRole = hasRole ? reply : replaceFrom(reply, headEnd(reply), [send('role', reply.emptyChunk)], true);
  const [, place] = placeAfter(withRole, 0);
  return replaceFrom(withRole, place, [{ kind: 'wait', forMs }], true);
}

function cutAfter(reply: Reply, fault: TransportFault & { kind: 'cut' }): Reply {
  const promisedBytes = replyBytes(reply);
  const [broken, place] = placeAfter(reply, fault.afterTokens ?? 0);
  return { ...replaceFrom(broken, place, [{ kind: 'cut', isReset: fault.isReset ?? false }], false), promisedBytes };
}

/** A clean end of the connection with the end marker missing, and the finish reason too unless it is wanted. */
function endEarly(reply: Reply, fault: TransportFault & { kind: 'end-without-marker' }): Reply {
  if (fault.hasFinishReason === true) {
    return {
      ...reply,
      steps: reply.steps.filter((step) => step.kind !== 'send' || (step.part !== 'end' && step.part !== 'usage')),
    };
  }
  const [broken, place] = placeAfter(reply, fault.afterTokens ?? Infinity);
  return replaceFrom(broken, place, [], false);
}

/** The end marker comes after n tokens as if all were said; the finish reason is missing where it is not the marker itself. */
function skipToMarker(reply: Reply, tokens: number): Reply {
  const [, place] = placeAfter(reply, tokens);
  const isMarker = (part: string): boolean => part === 'end' || (part === 'finish' && !hasEnd);
  const hasEnd = reply.steps.some((step) => step.kind === 'send' && step.part === 'end');
  const steps = reply.steps.filter((step, index) => index < place || step.kind !== 'send' || isMarker(step.part));
  return isStreamed(reply) ? { ...reply, steps } : reply;
}

/** Until the caller leaves; a minute of it is more than any caller waits. */
const HEARTBEAT_MS = 60_000;

function heartbeat(reply: Reply, fault: TransportFault & { kind: 'heartbeat' }): Reply {
  if (!isStreamed(reply)) return replaceFrom(reply, headEnd(reply), [{ kind: 'wait', forMs: Infinity }], true);
  const [, place] = placeAfter(reply, fault.afterTokens ?? 0);
  const sign = replyText(reply).includes('data: ') ? ': keepalive\n\n' : (reply.emptyChunk ?? '\n');
  const beat: Step[] = [{ kind: 'wait', forMs: fault.intervalMs }, send('opening', sign)];
  const beats = Array.from({ length: Math.ceil(HEARTBEAT_MS / fault.intervalMs) }, () => beat).flat();
  return replaceFrom(reply, place, beats, true);
}

function drip(reply: Reply, intervalMs: number): Reply {
  const source = isStreamed(reply) ? reply : { ...reply, steps: splitSteps(reply.steps, { everyBytes: 16 }) };
  const steps = source.steps.flatMap((step): Step[] =>
    step.kind === 'send' ? [{ kind: 'wait', forMs: intervalMs }, step] : [step],
  );
  return { ...source, steps };
}

function malformed(reply: Reply, fault: TransportFault & { kind: 'malformed-chunk' }): Reply {
  const text = fault.text ?? '{"choices":[{"index":0,"delta":{"content":"bro';
  if (!isStreamed(reply)) return { ...reply, steps: [...reply.steps.slice(0, headEnd(reply)), send('body', text)] };
  const [, place] = placeAfter(reply, fault.afterTokens ?? 0);
  const isEvents = replyText(reply).includes('data: ');
  return replaceFrom(reply, place, [send('token', isEvents ? `data: ${text}\n\n` : `${text}\n`)], true);
}

function inBandError(reply: Reply, fault: TransportFault & { kind: 'in-band-error' }, setting: FaultSetting): Reply {
  const body = setting.errorBody(fault.message ?? 'the model runner has crashed');
  if (!isStreamed(reply)) return { ...reply, steps: [...reply.steps.slice(0, headEnd(reply)), send('body', body)] };
  const [, place] = placeAfter(reply, fault.afterTokens ?? 0);
  return replaceFrom(reply, place, inBandSteps(fault.form ?? setting.inBandForm, body, reply.emptyChunk), false);
}
