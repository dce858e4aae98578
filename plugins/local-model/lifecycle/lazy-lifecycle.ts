import type { ModelLifecycle } from 'wooster';
import type { LifecycleContext, LifecycleHints, PresetLifecycle } from './lifecycle-context.ts';

type Ability = keyof ModelLifecycle;

type Opener<Name extends Ability> = () => Promise<(context: LifecycleContext) => Required<Pick<ModelLifecycle, Name>>>;

/**
 * The life cycle of an engine whose code is imported with its first use, since no start needs it. It has the methods
 * that are named and no other.
 */
export function lazyLifecycle<Name extends Ability>(
  abilities: readonly Name[],
  open: Opener<Name>,
  hints: LifecycleHints = {},
): PresetLifecycle {
  const has = (ability: Ability): boolean => (abilities as readonly Ability[]).includes(ability);
  const create = (context: LifecycleContext): ModelLifecycle => {
    let opened: Promise<ModelLifecycle> | undefined;
    const engine = (): Promise<ModelLifecycle> => (opened ??= open().then((make) => make(context)));
    return {
      ...(has('load') && { load: async (model, signal) => (await engine()).load!(model, signal) }),
      ...(has('unload') && { unload: async (model, signal) => (await engine()).unload!(model, signal) }),
      ...(has('pull') && { pull: async (model, pull) => (await engine()).pull!(model, pull) }),
      ...(has('loaded') && { loaded: async (signal) => (await engine()).loaded!(signal) }),
    };
  };
  return { create, ...hints };
}
