import { registerHooks } from 'node:module';

/**
 * zod 4 loads its messages in 63 languages with its first import: 50 ms of the time until the first line. A program
 * that shows English only can do without; call this before anything imports zod.
 */
export function skipTranslations(): void {
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier !== '../locales/index.js' || context.parentURL?.includes('/zod/v4/') !== true) {
        return nextResolve(specifier, context);
      }
      return { url: 'data:text/javascript,', format: 'module', shortCircuit: true };
    },
  });
}
