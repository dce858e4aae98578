import { enableCompileCache, getCompileCacheDir, registerHooks } from 'node:module';
import { basename, dirname } from 'node:path';
import { extendEnvironment, readEnvironment } from './config/env.ts';

/**
 * Keeps what Node compiles for the next start, and for the threads and children of this process, which Node itself leaves
 * out. Without it each thread that is started from TypeScript strips the types of all its files by WebAssembly: twice as
 * slow, and threads that load and drop WebAssembly at the same time make V8 end the process now and then
 * (nodejs/node#64500). To be called before anything else is imported, for it halves the time until the first line.
 */
export function keepCompiled(): void {
  enableCompileCache();
  const directory = getCompileCacheDir();
  if (directory === undefined || readEnvironment()['NODE_COMPILE_CACHE'] !== undefined) return;
  // Of a folder that it was given, Node uses one for each of its versions.
  const given = basename(directory).startsWith(process.version) ? dirname(directory) : directory;
  extendEnvironment({ NODE_COMPILE_CACHE: given });
}

/**
 * Imports zod 4 without its messages in 63 languages, which would take 50 ms of the time until the first line. For a
 * program that shows English only; to be called before anything else imports zod.
 */
export async function importZodWithoutTranslations(): Promise<void> {
  const hooks = registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== '../locales/index.js') return nextResolve(specifier, context);
      return { url: 'data:text/javascript,', format: 'module', shortCircuit: true };
    },
  });
  try {
    await import('zod');
  } finally {
    // A hook slows every later resolution down.
    hooks.deregister();
  }
}
