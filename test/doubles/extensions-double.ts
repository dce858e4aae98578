import type { ExtensionPoint, Extensions } from '../../src/index.ts';

/** Extensions with fixed values. */
export function createExtensionsDouble(
  values: readonly (readonly [{ readonly id: string }, readonly unknown[]])[] = [],
): Extensions {
  const list = <T>(point: ExtensionPoint<T>): readonly T[] =>
    values.filter(([known]) => known === point).flatMap(([, contributed]) => contributed as readonly T[]);
  return {
    list,
    find: (point, id) => list(point).find((value) => point.idOf(value) === id),
    onChange: () => ({ dispose: () => {} }),
  };
}
