import { ProviderTimeoutError } from 'wooster';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { THIS_MACHINE } from '../this-machine.ts';
import { loadLimitMs } from './ask-server.ts';

const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 1_000;

/** A state that is looked at again and again. */
interface AwaitedState {
  readonly signal: AbortSignal;
  /** What is awaited, for the message: `smol to load`. */
  readonly what: string;
  /** True when it is reached; throws when it cannot be any more. */
  isReached(): Promise<boolean>;
}

/** Pauses between looks at a job: short at first, a second in the end. */
export function pauses(context: LifecycleContext): (signal: AbortSignal) => Promise<void> {
  const { machine = THIS_MACHINE } = context;
  let pauseMs = FIRST_PAUSE_MS;
  return async (signal) => {
    await machine.pause(pauseMs, signal);
    pauseMs = Math.min(LONGEST_PAUSE_MS, pauseMs * 2);
  };
}

/** Looks until the state is reached; E_TIMEOUT (load) when that takes longer than the load limit. */
export async function waitForState(context: LifecycleContext, awaited: AwaitedState): Promise<void> {
  const limitMs = loadLimitMs(context);
  const deadline = performance.now() + limitMs;
  const pause = pauses(context);
  while (!(await awaited.isReached())) {
    if (performance.now() >= deadline) {
      const text = `${context.entry.id} at ${context.base.address}: waited ${limitMs} ms for ${awaited.what}; look into its log`;
      throw new ProviderTimeoutError(text, { phase: 'load', limitMs, provider: context.entry.id });
    }
    await pause(awaited.signal);
  }
}
