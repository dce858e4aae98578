import type * as TransformersModule from '@huggingface/transformers';
import { specifierOf } from '../package-specifier.ts';

/** The package, set so that it reads files of this machine alone. */
export async function importTransformers(enginePackage: string): Promise<typeof TransformersModule> {
  const module = (await import(specifierOf(enginePackage))) as typeof TransformersModule;
  // Its cache would be a folder beside the package, and its remote a hub: neither is needed for files that are here.
  Object.assign(module.env, { allowRemoteModels: false, useFSCache: false, useBrowserCache: false });
  return module;
}

/** How ONNX Runtime runs a model: on so many cores, and quietly. */
export function sessionOptions(threads: number): Record<string, unknown> {
  return {
    intraOpNumThreads: threads,
    interOpNumThreads: 1,
    // Threads that spin while they wait take the cores of everything else on the machine.
    extra: { session: { intra_op: { allow_spinning: '0' }, inter_op: { allow_spinning: '0' } } },
  };
}
