import { ACTIONS, type Action } from '../../contracts/commands/action.ts';
import { PluginError, UsageError } from '../../contracts/errors/host-errors.ts';
import type { PluginState } from '../plugins/plugin-state.ts';
import { didYouMean } from '../nearest.ts';
import { commandWordOf } from './arguments/parse-arguments.ts';
import type { RequestedCommand } from './arguments/parse-command.ts';
import type { CommandHost } from './command-host.ts';

type ActionHost = Pick<CommandHost, 'extensions' | 'plugins' | 'ownerOf'>;

function listedActions(state: PluginState): readonly string[] {
  const list = state.plugin.definition.contributes?.find(({ point }) => point.id === ACTIONS.id);
  return list === undefined || list.ids === 'dynamic' ? [] : list.ids;
}

function refuseInactive(state: PluginState): never {
  const { id } = state.plugin.definition;
  throw new PluginError(`plugin ${id} is ${state.condition}: ${state.reason ?? 'see `wooster plugins`'}`, {
    plugin: id,
    phase: 'run',
  });
}

function findOfPlugin(host: ActionHost, plugin: string, id: string): Action {
  const state = host.plugins.find((candidate) => candidate.plugin.definition.id === plugin);
  if (state === undefined && plugin !== 'host') {
    const known = host.plugins.map((candidate) => candidate.plugin.definition.id);
    throw new UsageError(`unknown plugin ${plugin}${didYouMean(plugin, known)}; \`wooster plugins\` lists them`);
  }
  if (state !== undefined && state.condition !== 'active') refuseInactive(state);
  const own = host.extensions.list(ACTIONS).filter((action) => host.ownerOf(action) === plugin);
  const action = own.find((candidate) => candidate.id === id) ?? own.find((candidate) => candidate.command === id);
  if (action !== undefined) return action;
  const known = own.map((candidate) => candidate.id);
  const hint = didYouMean(id, known) || `; it has ${known.length === 0 ? 'none' : known.join(', ')}`;
  throw new UsageError(`plugin ${plugin} has no action ${id}${hint}`);
}

/** The action of a friendly word or an id; undefined when there is none. */
export function findByWord(host: Pick<CommandHost, 'extensions'>, word: string): Action | undefined {
  const actions = host.extensions.list(ACTIONS);
  return actions.find((action) => commandWordOf(action) === word) ?? actions.find((action) => action.id === word);
}

/** The action that a command line asks for; UsageError with the nearest name, PluginError when its plugin is not active. */
export function findAction(host: ActionHost, requested: RequestedCommand): Action {
  if (requested.action !== undefined) {
    if (requested.plugin !== undefined) return findOfPlugin(host, requested.plugin, requested.action);
    return findAction(host, { word: requested.action, rest: requested.rest });
  }
  const word = requested.word ?? '';
  const action = findByWord(host, word);
  if (action !== undefined) return action;
  const inactive = host.plugins.find(
    (state) =>
      state.condition !== 'active' && listedActions(state).some((id) => id === word || id.startsWith(`${word}-`)),
  );
  if (inactive !== undefined) refuseInactive(inactive);
  const known = host.extensions.list(ACTIONS).flatMap((candidate) => [commandWordOf(candidate), candidate.id]);
  throw new UsageError(`unknown command ${word}${didYouMean(word, known)}; \`wooster help\` lists the commands`);
}
