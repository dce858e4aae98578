import { dirname } from 'node:path';
import type { EmbeddedRuntime } from './embedded-runtime.ts';

/** Where what was prepared lies. */
interface Prepared {
  readonly modelPath: string;
  /** Folder of each embedder that a purpose wants. */
  readonly embedderPaths: readonly string[];
}

/** Fetches the chat model and the embedders that a purpose wants, each with its engine; what is there already costs nothing. */
export async function prepareEverything(runtime: EmbeddedRuntime, signal: AbortSignal): Promise<Prepared> {
  const { modelPath } = await runtime.prepare(signal, true);
  const embedderPaths: string[] = [];
  for (const { id } of runtime.embedders.wanted()) {
    const { tokenizerPath } = await runtime.embedders.prepare(id, { signal, isAskedFor: true });
    embedderPaths.push(dirname(tokenizerPath));
  }
  return { modelPath, embedderPaths };
}

/** Whether all of it is there; looks at the disk only. */
export async function isEverythingPresent(runtime: EmbeddedRuntime): Promise<boolean> {
  const wanted = runtime.embedders.wanted().map(({ id }) => runtime.embedders.isPresent(id));
  return (await Promise.all([runtime.isPresent(), ...wanted])).every(Boolean);
}
