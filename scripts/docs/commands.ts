import { ACTIONS, type Action } from '../../src/contracts/commands/action.ts';
import { createHost } from '../../src/host.ts';
import { GLOBAL_FLAGS } from '../../src/kernel/cli/arguments/global-flags.ts';
import { optionTableOf, type CommandOption } from '../../src/kernel/cli/arguments/option-table.ts';
import { commandWordOf } from '../../src/kernel/cli/arguments/parse-arguments.ts';
import { exampleLine, usageOf } from '../../src/kernel/cli/help.ts';
import type { GeneratedPage } from './markdown/generated-page.ts';
import { code, GENERATED_NOTICE, table } from './markdown/table.ts';

const INTRODUCTION = `# Commands

${GENERATED_NOTICE}

\`wooster <command> [arguments] [options]\`, or the same action by its plugin: \`wooster --plugin <plugin> --action <action>\`.
In the repository: \`pnpm dev <command>\`. A leading \`--\` is dropped. Results go to standard output, everything else to
standard error; the exit codes are those of the [errors](errors.md). Ctrl-C ends the running answer in order, a second one
leaves at once.`;

function optionRow(option: CommandOption, isPositional: boolean): readonly string[] {
  const name = isPositional ? `<${option.flag}>` : `--${option.flag}`;
  const values = option.choices.length > 0 ? option.choices.join(', ') : option.kind;
  const { defaultValue, isList, isRequired } = option;
  const isShown = defaultValue !== undefined && !(Array.isArray(defaultValue) && defaultValue.length === 0);
  const shown = isShown ? code(JSON.stringify(defaultValue)) : isRequired ? 'required' : '';
  return [code(name), option.summary, isList ? `${values}, may be repeated` : values, shown];
}

function sectionOf(action: Action, owner: string): string {
  const { options, positionals } = optionTableOf(action);
  const named = options.filter((option) => !positionals.includes(option));
  const rows = [
    ...positionals.map((option) => optionRow(option, true)),
    ...named.map((option) => optionRow(option, false)),
  ];
  const examples = action.examples?.map((example) => code(exampleLine(example))).join(', ');
  return [
    `## \`wooster ${commandWordOf(action)}\``,
    `${action.summary}.`,
    `${code(`wooster ${usageOf(action)}`)}${owner === 'host' ? '' : `, or ${code(`--plugin ${owner} --action ${action.id}`)}`}`,
    ...(rows.length === 0 ? [] : [table(['Argument', 'Meaning', 'Value', 'Default'], rows)]),
    ...(examples === undefined ? [] : [`For example: ${examples}`]),
  ].join('\n\n');
}

/** Every command of the host and of the plugins that come with it. */
export const page: GeneratedPage = {
  path: 'docs/commands.md',
  async render() {
    const home = new URL('../../.no-such-workspace', import.meta.url).pathname;
    const host = await createHost({ flags: { home }, environment: {}, home });
    const actions = host.extensions
      .list(ACTIONS)
      .toSorted((one, other) => (commandWordOf(one) < commandWordOf(other) ? -1 : 1));
    const sections = actions.map((action) => sectionOf(action, host.ownerOf(action)));
    await host.stop();
    const flags = GLOBAL_FLAGS.map(({ name, short, summary, placeholder }) => [
      code(`--${name}${placeholder === undefined ? '' : ` <${placeholder}>`}`),
      short === undefined ? '' : code(`-${short}`),
      summary,
    ]);
    return [
      INTRODUCTION,
      ...sections,
      '## Options of every command',
      table(['Option', 'Short', 'Meaning'], flags),
    ].join('\n\n');
  },
};
