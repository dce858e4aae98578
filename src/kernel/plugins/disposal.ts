import type { Disposable } from '../../contracts/plugins/disposable.ts';
import type { Logger } from '../../contracts/plugins/logger.ts';

/** Things to undo, in the reverse of the order in which they were added. */
export interface DisposalStack extends Disposable {
  add(disposable: Disposable): void;
  dispose(): Promise<void>;
}

/** Resolves to false when the work is not done within the limit; the work itself goes on unobserved. */
export async function isDoneWithin(work: Promise<void>, limitMs: number): Promise<boolean> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<boolean>((resolve) => {
    timer = setTimeout(() => resolve(false), limitMs);
  });
  try {
    return await Promise.race([work.then(() => true), limit]);
  } finally {
    clearTimeout(timer);
  }
}

/** Each disposal gets `limitMs`; one that fails or takes longer is logged and the next one follows. */
export function createDisposalStack(owner: string, log: Logger, limitMs: number): DisposalStack {
  let stack: Disposable[] = [];
  return {
    add: (disposable) => void stack.push(disposable),
    async dispose() {
      const toUndo = stack.toReversed();
      stack = [];
      for (const disposable of toUndo) {
        try {
          const isDone = await isDoneWithin(Promise.resolve(disposable.dispose()), limitMs);
          if (!isDone) log.warn('a disposal took too long and was left behind', { plugin: owner, limitMs });
        } catch (error) {
          log.warn('a disposal failed', { plugin: owner, error });
        }
      }
    },
  };
}
