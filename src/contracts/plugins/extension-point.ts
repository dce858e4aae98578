import type { Disposable } from './disposable.ts';

/** A typed place of which there can be several values: providers, strategies, tools, actions and so on. */
export interface ExtensionPoint<T> {
  /** Kebab-case and plural: `providers`. */
  readonly id: string;
  readonly summary: string;
  /** The id that must be unique within the point. */
  idOf(value: T): string;
}

/** Declares an extension point; the object itself is the key, so two points never collide. */
export function defineExtensionPoint<T>(definition: ExtensionPoint<T>): ExtensionPoint<T> {
  return Object.freeze({ ...definition });
}

/** What is contributed at this moment; reads are snapshots, so a turn is not disturbed by a later change. */
export interface Extensions {
  list<T>(point: ExtensionPoint<T>): readonly T[];
  find<T>(point: ExtensionPoint<T>, id: string): T | undefined;
  onChange<T>(point: ExtensionPoint<T>, listener: () => void): Disposable;
}
