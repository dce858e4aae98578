import { PluginError } from '../../contracts/errors/host-errors.ts';
import { isWoosterError, type WoosterError } from '../../contracts/errors/wooster-error.ts';
import type { Logger } from '../../contracts/plugins/logger.ts';
import type { Token } from '../../contracts/plugins/token.ts';
import type { Workspace } from '../../contracts/settings/workspace.ts';
import { createDisposalStack, type DisposalStack } from './disposal.ts';
import type { ExtensionRegistry } from './extension-registry.ts';
import { orderPlugins } from './order-plugins.ts';
import { openScope, type OpenedScope } from './plugin-scope.ts';
import { checkSettings, type PluginConfiguration } from './plugin-settings.ts';
import type { FoundPlugin, PluginState, PluginToggles } from './plugin-state.ts';
import type { ServiceContainer } from './service-container.ts';

const DISPOSAL_LIMIT_MS = 2_000;

/** What plugins are activated with. */
export interface ActivationOptions {
  readonly found: readonly FoundPlugin[];
  readonly toggles: PluginToggles;
  readonly configuration: PluginConfiguration;
  readonly hostTokens: readonly Token<unknown>[];
  readonly container: ServiceContainer;
  readonly registry: ExtensionRegistry;
  readonly workspace: Workspace;
  loggerFor(part: string): Logger;
  /** How long one disposal may take, milliseconds; 2000 without it. */
  readonly disposalLimitMs?: number;
}

/** The activated plugins of one host. */
export interface ActivatedPlugins {
  /** Active ones in the order of activation, then the others. */
  readonly states: readonly PluginState[];
  readonly faults: readonly WoosterError[];
  /** Undoes every activation in reverse order; may be called twice. */
  dispose(): Promise<void>;
}

function foreignError(plugin: FoundPlugin, error: unknown): PluginError {
  const { id } = plugin.definition;
  const reason = error instanceof Error ? error.message : String(error);
  const message = `plugin ${id} failed to activate: ${reason} (${plugin.file})`;
  return new PluginError(message, { plugin: id, phase: 'activate', cause: error });
}

function refusePromise(plugin: FoundPlugin, returned: unknown): void {
  if (!(returned instanceof Promise)) return;
  // The promise's own failure would otherwise end the process later, far from its cause.
  returned.catch(() => undefined);
  const { id } = plugin.definition;
  const message = `plugin ${id}: activate must not be async; put work into a service (${plugin.file})`;
  throw new PluginError(message, { plugin: id, phase: 'activate' });
}

function checkPromises(plugin: FoundPlugin, opened: OpenedScope, container: ServiceContainer): void {
  const { definition, file } = plugin;
  const fault = (what: string): PluginError =>
    new PluginError(`plugin ${definition.id} ${what} (${file})`, { plugin: definition.id, phase: 'activate' });
  const missing = definition.provides?.find((token) => !container.has(token));
  if (missing !== undefined) throw fault(`names ${missing.id} in \`provides\` and does not provide it`);
  for (const { point, ids } of definition.contributes ?? []) {
    if (ids === 'dynamic') continue;
    const lacking = ids.find((id) => !opened.contributed.get(point.id)?.has(id));
    if (lacking !== undefined) throw fault(`lists ${lacking} for ${point.id} and does not contribute it`);
  }
}

/** Activates plugins one after the other and remembers how to undo it. */
class Activation {
  readonly states: PluginState[] = [];
  readonly faults: WoosterError[] = [];
  readonly #stacks: DisposalStack[] = [];
  readonly #unwound: Promise<void>[] = [];
  readonly #options: ActivationOptions;

  constructor(options: ActivationOptions) {
    this.#options = options;
  }

  fail(plugin: FoundPlugin, faults: readonly WoosterError[]): void {
    this.faults.push(...faults);
    this.states.push({ plugin, condition: 'failed', reason: faults[0]?.message });
  }

  /** The plugin that cannot work because another one failed, or undefined. */
  blocker(plugin: FoundPlugin): string | undefined {
    for (const token of plugin.definition.needs ?? []) {
      const by = this.states.find((state) => state.plugin.definition.provides?.some((own) => own.key === token.key));
      if (by === undefined || by.condition === 'active') continue;
      return `needs ${token.id} of plugin ${by.plugin.definition.id}, which is ${by.condition}`;
    }
    return undefined;
  }

  activate(plugin: FoundPlugin): void {
    const { definition } = plugin;
    const reason = this.blocker(plugin);
    if (reason !== undefined) {
      this.states.push({ plugin, condition: 'blocked', reason });
      return;
    }
    const checked = checkSettings(plugin, this.#options.configuration);
    if (!checked.isValid) {
      this.fail(plugin, checked.faults);
      return;
    }
    const log = this.#options.loggerFor(definition.id);
    const disposals = createDisposalStack(definition.id, log, this.#options.disposalLimitMs ?? DISPOSAL_LIMIT_MS);
    this.#stacks.push(disposals);
    const opened = openScope({ ...this.#options, plugin, settings: checked.settings, log, disposals });
    try {
      // The contract says void; a plugin without types may still hand back a promise.
      refusePromise(plugin, definition.activate(opened.scope));
      checkPromises(plugin, opened, this.#options.container);
      this.states.push({ plugin, condition: 'active' });
    } catch (error) {
      this.fail(plugin, [isWoosterError(error) ? error : foreignError(plugin, error)]);
      this.#unwound.push(disposals.dispose());
    } finally {
      opened.settle();
    }
  }

  async dispose(): Promise<void> {
    for (const stack of this.#stacks.splice(0).toReversed()) await stack.dispose();
    await Promise.all(this.#unwound.splice(0));
  }
}

/** Orders and activates; what is wrong is a fault beside the others, and whoever starts the host decides what to do. */
export function activatePlugins(options: ActivationOptions): ActivatedPlugins {
  const order = orderPlugins(options);
  const activation = new Activation(options);
  for (const plugin of order.ordered) activation.activate(plugin);
  return {
    states: [...activation.states, ...order.inactive],
    faults: [...order.faults, ...activation.faults],
    dispose: () => activation.dispose(),
  };
}
