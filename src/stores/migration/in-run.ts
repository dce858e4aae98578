import type { StorePorts } from '../store-ports.ts';

const NEVER = new AbortController().signal;

/**
 * Does work that embeds what is stored already: one at a time for a store, whichever processes have it open, so that no text
 * is paid for twice; others write meanwhile. E_STORE_LOCKED, which names the other, when that goes on for long.
 */
export async function inRun<T>(
  { link }: Pick<StorePorts, 'link'>,
  task: string,
  { signal, work }: { readonly signal: AbortSignal; readonly work: () => Promise<T> },
): Promise<T> {
  await link.call('beginRun', { task }, signal, { isAwaited: true });
  try {
    return await work();
  } finally {
    await link.call('endRun', null, NEVER).catch(() => undefined);
  }
}
