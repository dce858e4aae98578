import type { PluginDefinition } from '../../contracts/plugins/plugin-definition.ts';

/** Where a plugin was found. */
export type PluginOrigin = 'built-in' | 'workspace' | 'source';

/** A plugin whose module was imported and whose definition is in order. */
export interface FoundPlugin {
  readonly definition: PluginDefinition;
  /** Absolute path of its entry module. */
  readonly file: string;
  readonly origin: PluginOrigin;
}

/**
 * What became of a plugin. `off`: the user disabled it, or what it needs, so nothing is said of it unless it is asked for.
 * `blocked`: it needs what a blocked or failed plugin provides. `failed`: it is wrong, and the host does not start until it is mended or disabled.
 */
type PluginCondition = 'active' | 'off' | 'blocked' | 'failed';

/** One plugin with its state and why it is not active. */
export interface PluginState {
  readonly plugin: FoundPlugin;
  readonly condition: PluginCondition;
  /** One clause, when it is not active. */
  readonly reason?: string;
}

/** Turns a plugin on or off; `undefined` leaves it on. */
export type PluginToggles = Readonly<Record<string, { readonly isEnabled: boolean; readonly origin: string }>>;
