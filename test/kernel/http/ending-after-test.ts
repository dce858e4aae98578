import { afterEach } from '@jest/globals';
import { clientFor, startServer } from './raw-server.ts';

const undo: (() => void | Promise<void>)[] = [];

afterEach(async () => {
  for (const step of undo.splice(0).toReversed()) await step();
});

/** Something that is undone after the test. */
export function undoAfterTest(step: () => void | Promise<void>): void {
  undo.push(step);
}

/** A server that ends with the test. */
export async function serve(handle: Parameters<typeof startServer>[0]): ReturnType<typeof startServer> {
  const started = await startServer(handle);
  undo.push(started.stop);
  return started;
}

/** A client that ends with the test. */
export function client(...parameters: Parameters<typeof clientFor>): ReturnType<typeof clientFor> {
  const made = clientFor(...parameters);
  undo.push(() => made.dispose());
  return made;
}
