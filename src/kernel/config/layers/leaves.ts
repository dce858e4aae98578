/** A value of a file and where it stands. */
export interface Leaf {
  readonly segments: readonly string[];
  readonly value: unknown;
}

/** Tells an object of a file from a value. */
export function isSection(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The values of an object, depth first; lists are values. */
export function* leavesOf(value: unknown, prefix: readonly string[] = []): Generator<Leaf> {
  if (!isSection(value)) {
    yield { segments: prefix, value };
    return;
  }
  for (const [key, child] of Object.entries(value)) yield* leavesOf(child, [...prefix, key]);
}

/** Writes a value into a nested object, making the sections on the way. */
export function writeLeaf(target: Record<string, unknown>, segments: readonly string[], value: unknown): void {
  const [key, ...rest] = segments;
  if (key === undefined) return;
  if (rest.length === 0) {
    define(target, key, value);
    return;
  }
  const known = Object.hasOwn(target, key) ? target[key] : undefined;
  const section = isSection(known) ? known : {};
  define(target, key, section);
  writeLeaf(section, rest, value);
}

/** Sets an own property even where the key is `__proto__`. */
function define(target: Record<string, unknown>, key: string, value: unknown): void {
  Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
}
