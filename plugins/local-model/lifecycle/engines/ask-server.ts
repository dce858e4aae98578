import { classifyFault, readErrorValue, type CallLimits } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import { asObject, type JsonFields } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';

/** Loading is bounded as Ollama bounds it itself (OLLAMA_LOAD_TIMEOUT), unless the entry has its own limit. */
const LOAD_LIMIT_MS = 300_000;

/** One question to a server about its models. */
interface ServerQuestion {
  readonly path: string;
  readonly signal: AbortSignal;
  /** Makes it a POST. */
  readonly body?: object;
  readonly model?: string;
  /** For what takes longer than a look: loading. */
  readonly limits?: Partial<CallLimits>;
}

/** Until a model is loaded or gone, milliseconds. */
export function loadLimitMs({ entry }: LifecycleContext): number {
  return entry.limits?.loadMs ?? LOAD_LIMIT_MS;
}

/** A call with other limits than those of a look. */
export function callWith(context: LifecycleContext, signal: AbortSignal, limits: Partial<CallLimits>): ClientCall {
  const call = context.callFor(signal);
  return { ...call, limits: { ...call.limits, ...limits } };
}

/** The object a server answers; what it refuses, also by an `error` under a status of 200, is thrown as an error of the table. */
export async function askServer(context: LifecycleContext, question: ServerQuestion): Promise<JsonFields> {
  const { path, signal, body, model, limits = {} } = question;
  const value = await context.client.read(path, callWith(context, signal, limits), body);
  // A message alone is no error here: LocalAI answers one when all went well.
  const isRefused = (asObject(value)?.error ?? null) !== null;
  const error = isRefused ? readErrorValue(value) : undefined;
  if (error !== undefined) {
    const place = { provider: context.entry.id, address: context.base.address, operation: 'models' as const };
    throw classifyFault({ ...place, model, error });
  }
  return asObject(value) ?? {};
}
