import { registerHooks } from 'node:module';

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
