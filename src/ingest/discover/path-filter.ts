import picomatch from 'picomatch';

/** Globs of a run: a path is wanted when one of `include` matches (or there is none) and none of `exclude`. */
export interface PathFilter {
  verdict(path: string): 'not included' | 'excluded' | undefined;
  /** Whether nothing below a folder can be wanted. */
  isPruned(directory: string): boolean;
}

function matcherOf(globs: readonly string[]): (path: string) => boolean {
  const matchers = globs.flatMap((glob) => {
    const pattern = glob.replace(/^\.?\//, '').replace(/\/$/, '');
    const anywhere = pattern.includes('/') ? [pattern] : [pattern, `**/${pattern}`];
    // A pattern that names a folder means what is in it.
    return anywhere.flatMap((each) => [each, `${each}/**`]).map((each) => picomatch(each, { dot: true }));
  });
  return (path) => matchers.some((matches) => matches(path));
}

/** Reads globs as people write them: `*.md` and `drafts` match at any depth, `docs/**` from the root. */
export function pathFilterOf(include: readonly string[], exclude: readonly string[]): PathFilter {
  const isIncluded = include.length === 0 ? () => true : matcherOf(include);
  const isExcluded = matcherOf(exclude);
  return {
    verdict: (path) => {
      if (isExcluded(path)) return 'excluded';
      return isIncluded(path) ? undefined : 'not included';
    },
    isPruned: (directory) => isExcluded(directory),
  };
}
