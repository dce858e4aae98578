/** Takes a change back. */
export type Undo = () => void;

/** A method whose form is known only where it is called. */
export type Callable = (this: unknown, ...parameters: unknown[]) => unknown;

/**
 * Puts another function in place of one; the new one keeps its name, its length and what Node hangs on it (how it is
 * promisified). Does nothing where there is no such function. The change is taken back only while it is still in place.
 */
export function replaceMethod(owner: object, name: string, wrap: (original: Callable) => Callable): Undo {
  const place = owner as Record<string, unknown>;
  const original = place[name];
  if (typeof original !== 'function') return () => undefined;
  const replacement = wrap(original as Callable);
  Object.defineProperties(replacement, Object.getOwnPropertyDescriptors(original));
  return replaceValue(owner, name, replacement);
}

/** Puts another value in place of one. */
export function replaceValue(owner: object, name: string, value: unknown): Undo {
  const before = Object.getOwnPropertyDescriptor(owner, name);
  Object.defineProperty(owner, name, {
    value,
    writable: true,
    configurable: true,
    enumerable: before?.enumerable ?? true,
  });
  return () => {
    if (Reflect.get(owner, name) !== value) return;
    if (before === undefined) Reflect.deleteProperty(owner, name);
    else Object.defineProperty(owner, name, before);
  };
}
