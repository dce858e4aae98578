import { z } from 'zod';
import { ACTIONS, defineAction, type Action } from '../../../contracts/commands/action.ts';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import { didYouMean } from '../../nearest.ts';
import { commandWordOf } from '../arguments/parse-arguments.ts';
import type { CommandHost } from '../command-host.ts';
import { findByWord } from '../find-action.ts';
import { renderActionHelp, renderGeneralHelp, usageOf, type ActionGroup } from '../help.ts';

/** What help is made of. */
interface HelpSource {
  readonly host: Pick<CommandHost, 'extensions' | 'plugins' | 'ownerOf'>;
  readonly version: string;
}

function groupsOf({ host }: HelpSource): ActionGroup[] {
  const actions = host.extensions.list(ACTIONS);
  const groups = host.plugins
    .filter(({ condition }) => condition === 'active')
    .map(({ plugin: { definition } }) => ({
      title: `${definition.id}: ${definition.summary}`,
      actions: actions.filter((action) => host.ownerOf(action) === definition.id),
    }));
  const own = actions.filter((action) => host.ownerOf(action) === 'host');
  return [...groups, { title: 'Wooster itself', actions: own }];
}

const commandSchema = z.object({
  command: z.string(),
  plugin: z.string(),
  action: z.string(),
  summary: z.string(),
  usage: z.string(),
});

const resultSchema = z.object({
  command: z.string().optional().describe('the command that was asked for'),
  commands: z.array(commandSchema),
});

/** `wooster help [command]`: what there is, or one command with its arguments and examples. */
export function helpAction(source: HelpSource): Action {
  const { host } = source;
  return defineAction({
    id: 'help',
    summary: 'Show the commands, or one command with its arguments',
    args: z.object({ command: z.string().optional().describe('the command to show') }),
    positionals: ['command'],
    result: resultSchema,
    examples: ['help', 'help config'],
    async run({ command }) {
      const actions = host.extensions.list(ACTIONS);
      const only = command === undefined ? undefined : findByWord(host, command);
      if (command !== undefined && only === undefined) {
        const hint = didYouMean(command, actions.map(commandWordOf));
        throw new UsageError(`unknown command ${command}${hint}; \`wooster help\` lists the commands`);
      }
      const shown = only === undefined ? actions : [only];
      const commands = shown.map((action) => ({
        command: commandWordOf(action),
        plugin: host.ownerOf(action),
        action: action.id,
        summary: action.summary,
        usage: usageOf(action),
      }));
      return { command, commands };
    },
    render({ command }, context) {
      const action = command === undefined ? undefined : findByWord(host, command);
      if (action === undefined) return renderGeneralHelp(groupsOf(source), source.version, context);
      return renderActionHelp(action, host.ownerOf(action), context);
    },
  });
}
