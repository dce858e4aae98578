import { ACTIONS, type Action } from '../contracts/commands/action.ts';
import { PluginError } from '../contracts/errors/host-errors.ts';
import type { WoosterError } from '../contracts/errors/wooster-error.ts';
import type { Clock } from '../contracts/plugins/logger.ts';
import { completionAction } from '../kernel/cli/actions/completion-action.ts';
import { configAction } from '../kernel/cli/actions/config-action.ts';
import { demoAction } from '../kernel/cli/actions/demo-action.ts';
import { helpAction } from '../kernel/cli/actions/help-action.ts';
import { pluginsAction } from '../kernel/cli/actions/plugins-action.ts';
import { commandWordOf } from '../kernel/cli/arguments/parse-arguments.ts';
import type { CommandHost } from '../kernel/cli/command-host.ts';
import type { LoadedConfiguration } from '../kernel/config/load.ts';
import type { ExtensionRegistry } from '../kernel/plugins/extension-registry.ts';
import { hostPackage } from './host-package.ts';

/** What the host's own actions are made of. */
interface HostActionParts {
  readonly host: CommandHost;
  readonly registry: ExtensionRegistry;
  readonly configuration: LoadedConfiguration;
  readonly clock: Clock;
}

/** The host's own actions as registered. */
export interface HostActions {
  isDiagnostic(action: Action): boolean;
  /** Command words that two actions claim. */
  readonly faults: readonly WoosterError[];
}

function wordFaults(registry: ExtensionRegistry): WoosterError[] {
  const owners = new Map<string, string>();
  const faults: WoosterError[] = [];
  for (const action of registry.list(ACTIONS)) {
    const plugin = registry.ownerOf(ACTIONS, action.id) ?? 'host';
    const word = commandWordOf(action);
    const other = owners.get(word);
    if (other === undefined) owners.set(word, plugin);
    else {
      const message = `plugin ${plugin}: command ${word} of action ${action.id} is taken by plugin ${other}`;
      faults.push(new PluginError(message, { plugin, phase: 'activate' }));
    }
  }
  return faults;
}

/** Contributes the host's actions to the same point as plugins do. */
export function registerHostActions({ host, registry, configuration, clock }: HostActionParts): HostActions {
  const diagnostics = [
    configAction(configuration, () => host.faults),
    pluginsAction({ host, contributionsOf: (id) => registry.idsOf(id) }),
    helpAction({ host, version: hostPackage().version }),
    completionAction(registry),
  ];
  const faults: WoosterError[] = [];
  for (const action of [...diagnostics, demoAction(registry, clock)]) {
    try {
      registry.add(ACTIONS, action, 'host');
    } catch (error) {
      if (!(error instanceof PluginError)) throw error;
      faults.push(error);
    }
  }
  return { isDiagnostic: (action) => diagnostics.includes(action), faults: [...faults, ...wordFaults(registry)] };
}
