import { PluginError } from '../../contracts/errors/host-errors.ts';
import type { Disposable } from '../../contracts/plugins/disposable.ts';
import type { Extensions, ExtensionPoint } from '../../contracts/plugins/extension-point.ts';

interface Contribution {
  readonly value: unknown;
  readonly id: string;
  readonly owner: string;
}

/** All contributions of all plugins; `list` is a snapshot that later changes do not touch. */
export class ExtensionRegistry implements Extensions {
  readonly #contributions = new Map<ExtensionPoint<unknown>, readonly Contribution[]>();
  readonly #listeners = new Map<ExtensionPoint<unknown>, Set<() => void>>();

  /** PluginError naming both owners when the id is taken. */
  add<T>(point: ExtensionPoint<T>, value: T, owner: string): Disposable {
    const key = point as ExtensionPoint<unknown>;
    const id = point.idOf(value);
    const present = this.#contributions.get(key) ?? [];
    const taken = present.find((other) => other.id === id);
    if (taken !== undefined) {
      const whose = taken.owner === owner ? `plugin ${owner} contributes it twice` : `plugin ${taken.owner} has it`;
      throw new PluginError(`plugin ${owner} contributes ${id} to ${point.id}, but ${whose}; ids must be unique`, {
        plugin: owner,
        phase: 'activate',
      });
    }
    const contribution = { value, id, owner };
    this.#set(key, [...present, contribution]);
    return {
      dispose: () => {
        const now = this.#contributions.get(key) ?? [];
        if (now.includes(contribution))
          this.#set(
            key,
            now.filter((other) => other !== contribution),
          );
      },
    };
  }

  list<T>(point: ExtensionPoint<T>): readonly T[] {
    return this.#of(point).map((contribution) => contribution.value as T);
  }

  find<T>(point: ExtensionPoint<T>, id: string): T | undefined {
    return this.#of(point).find((contribution) => contribution.id === id)?.value as T | undefined;
  }

  onChange<T>(point: ExtensionPoint<T>, listener: () => void): Disposable {
    const key = point as ExtensionPoint<unknown>;
    const listeners = this.#listeners.get(key) ?? new Set();
    this.#listeners.set(key, listeners.add(listener));
    return { dispose: () => void listeners.delete(listener) };
  }

  /** The plugin that contributed the id; `host` for the host's own. */
  ownerOf<T>(point: ExtensionPoint<T>, id: string): string | undefined {
    return this.#of(point).find((contribution) => contribution.id === id)?.owner;
  }

  /** What one plugin has contributed, as ids by the id of the point. */
  idsOf(owner: string): Readonly<Record<string, readonly string[]>> {
    const ids: Record<string, string[]> = {};
    for (const [point, contributions] of this.#contributions) {
      const own = contributions.filter((contribution) => contribution.owner === owner).map(({ id }) => id);
      if (own.length > 0) ids[point.id] = [...(ids[point.id] ?? []), ...own];
    }
    return ids;
  }

  #of<T>(point: ExtensionPoint<T>): readonly Contribution[] {
    return this.#contributions.get(point) ?? [];
  }

  #set(point: ExtensionPoint<unknown>, contributions: readonly Contribution[]): void {
    this.#contributions.set(point, contributions);
    // A copy, since a listener may take itself or another one off.
    for (const listener of Array.from(this.#listeners.get(point) ?? [])) listener();
  }
}
