import type { Loader } from '../../contracts/knowledge/loader.ts';

/** Names a file can be known by, the most telling first: `Dockerfile`, then `d.ts`, then `ts`. */
function endingsOf(path: string): string[] {
  const name = path.slice(path.lastIndexOf('/') + 1).toLowerCase();
  const parts = name.split('.');
  return [name, ...parts.slice(1).map((_, at) => parts.slice(at + 1).join('.'))].filter((ending) => ending !== '');
}

/** The loader of a file by its name; of two for one ending the later one, so that a plugin can replace a built-in one. */
export function loaderFor(path: string, loaders: readonly Loader[]): Loader | undefined {
  for (const ending of endingsOf(path)) {
    const loader = loaders.findLast((each) => each.extensions.includes(ending));
    if (loader !== undefined) return loader;
  }
  return undefined;
}
