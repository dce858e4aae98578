import type { Disposable } from '../contracts/plugins/disposable.ts';

/** A controller that aborts with a parent signal, and by itself without touching the parent. */
interface LinkedAbort extends Disposable {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
}

/** Links a new controller to a parent; `dispose` unhooks it, so that a long-lived parent gathers no listeners. */
export function linkAbort(parent: AbortSignal): LinkedAbort {
  const controller = new AbortController();
  const onAbort = (): void => controller.abort(parent.reason);
  if (parent.aborted) onAbort();
  else parent.addEventListener('abort', onAbort, { once: true });
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    dispose: () => parent.removeEventListener('abort', onAbort),
  };
}
