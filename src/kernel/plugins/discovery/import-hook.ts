import { registerHooks } from 'node:module';
import { pathToFileURL } from 'node:url';

/** Prefix of an import that is resolved as if a file of the named folder had asked for it. */
const SOURCE_PREFIX = 'wooster-source:';
const HOST_URL = import.meta.url;

/** Packages a plugin folder may use without having them: the host lends its own copies. */
const LENT = /^(zod|@langchain\/core)(\/|$)/;
const OWN = /^wooster(\/|$)/;

const lentTo = new Set<string>();
let isInstalled = false;

function isBorrower(parentUrl: string | undefined): boolean {
  if (parentUrl === undefined) return false;
  for (const folderUrl of lentTo) if (parentUrl.startsWith(folderUrl)) return true;
  return false;
}

function install(): void {
  if (isInstalled) return;
  registerHooks({
    resolve(specifier, context, nextResolve) {
      if (specifier.startsWith(SOURCE_PREFIX)) {
        const [base, name] = JSON.parse(decodeURIComponent(specifier.slice(SOURCE_PREFIX.length))) as [string, string];
        return nextResolve(name, { ...context, parentURL: base });
      }
      if (!isBorrower(context.parentURL)) return nextResolve(specifier, context);
      // Extension points and tokens are compared by identity, so a second copy of the host must never be loaded.
      if (OWN.test(specifier)) return nextResolve(specifier, { ...context, parentURL: HOST_URL });
      if (!LENT.test(specifier)) return nextResolve(specifier, context);
      try {
        return nextResolve(specifier, context);
      } catch {
        // The folder has no copy of its own, which is the usual case.
        return nextResolve(specifier, { ...context, parentURL: HOST_URL });
      }
    },
  });
  isInstalled = true;
}

/** How plugins outside the package find the packages they import. */
export interface PackageLender {
  /** Lets modules below the folder import `wooster`, `zod` and `@langchain/core` from the host's copies. */
  lend(folder: string): void;
  /** An import specifier for a package as a module inside `folder` would resolve it. */
  specifierOf(name: string, folder: string): string;
}

/** Lends by a hook on the module resolution of this process, which is installed with the first outside plugin. */
export const hostPackageLender: PackageLender = {
  lend(folder) {
    install();
    lentTo.add(pathToFileURL(`${folder}/`).href);
  },
  specifierOf(name, folder) {
    install();
    const base = pathToFileURL(`${folder}/noop.js`).href;
    return SOURCE_PREFIX + encodeURIComponent(JSON.stringify([base, name]));
  },
};
