import type { Action, RenderContext } from '../../contracts/commands/action.ts';
import { GLOBAL_FLAGS, type GlobalFlag } from './arguments/global-flags.ts';
import { optionTableOf, type CommandOption } from './arguments/option-table.ts';
import { commandWordOf } from './arguments/parse-arguments.ts';
import { style } from './output/color.ts';
import { wrapText } from './output/table.ts';

/** Actions under one heading of the general help. */
export interface ActionGroup {
  readonly title: string;
  readonly actions: readonly Action[];
}

const INDENT = '  ';
const WIDEST_NAME = 34;

/** Two columns, the second wrapped; a name wider than its column has its text below it. */
function definitions(pairs: readonly (readonly [string, string])[], context: RenderContext): string {
  const nameWidth = Math.min(WIDEST_NAME, Math.max(...pairs.map(([name]) => name.length)));
  const textWidth = Math.max(20, context.width - nameWidth - INDENT.length - 2);
  return pairs
    .map(([name, text]) => {
      const pad = `\n${' '.repeat(INDENT.length + nameWidth + 2)}`;
      const body = wrapText(text, textWidth).replaceAll('\n', pad);
      const gap = name.length > nameWidth ? pad : ' '.repeat(nameWidth - name.length + 2);
      return `${INDENT}${style(name, 'cyan', context.hasColor)}${text === '' ? '' : gap + body}`;
    })
    .join('\n');
}

function placeholderOf(option: CommandOption): string {
  if (option.choices.length > 0) return `<${option.choices.join('|')}>`;
  return option.kind === 'number' ? '<number>' : '<text>';
}

function optionName(option: CommandOption): string {
  if (option.kind === 'switch' && !option.isList) {
    return option.defaultValue === true ? `--[no-]${option.flag}` : `--${option.flag}`;
  }
  return `--${option.flag} ${placeholderOf(option)}`;
}

function optionNotes(option: CommandOption): string {
  const { defaultValue } = option;
  const isShown = defaultValue !== undefined && defaultValue !== '' && typeof defaultValue !== 'boolean';
  const isEmptyList = Array.isArray(defaultValue) && defaultValue.length === 0;
  const notes = [
    ...(option.isRequired ? ['required'] : []),
    ...(option.isList ? ['may be repeated'] : []),
    ...(defaultValue === true ? ['default on'] : []),
    ...(isShown && !isEmptyList ? [`default ${JSON.stringify(defaultValue).replaceAll('"', '')}`] : []),
  ];
  return notes.length === 0 ? option.summary : `${option.summary} (${notes.join(', ')})`;
}

function globalName(flag: GlobalFlag): string {
  const short = flag.short === undefined ? '' : `-${flag.short}, `;
  return flag.kind === 'switch' ? `${short}--${flag.name}` : `${short}--${flag.name} <${flag.placeholder}>`;
}

function globalHelp(context: RenderContext): string {
  return definitions(
    GLOBAL_FLAGS.map((flag) => [globalName(flag), flag.summary] as const),
    context,
  );
}

function positionalText(option: CommandOption): string {
  const name = option.choices.length > 0 && option.choices.length <= 4 ? option.choices.join('|') : option.flag;
  const text = `<${name}>${option.isList ? '...' : ''}`;
  return option.isRequired ? text : `[${text}]`;
}

/** An example as it is typed: the program's name stands in front unless the example places it itself. */
export function exampleLine(example: string): string {
  return /\bwooster\b/.test(example) ? example : `wooster ${example}`;
}

/** `ask [<question>] [options]`, without the program's name. */
export function usageOf(action: Action): string {
  const { options, positionals } = optionTableOf(action);
  const words = [commandWordOf(action), ...positionals.map(positionalText)];
  return [...words, ...(options.length > positionals.length ? ['[options]'] : [])].join(' ');
}

/** Help of one command: usage, arguments, options, examples. */
export function renderActionHelp(action: Action, owner: string, context: RenderContext): string {
  const { options, positionals } = optionTableOf(action);
  const named = options.filter((option) => !positionals.includes(option));
  const title = (text: string): string => style(text, 'bold', context.hasColor);
  const sections = [
    wrapText(action.summary, context.width),
    `${title('Usage')}\n${INDENT}wooster ${usageOf(action)}`,
    ...(owner === 'host' ? [] : [`${INDENT}wooster --plugin ${owner} --action ${action.id}`]),
  ];
  const head = [sections.slice(0, 2).join('\n\n'), ...sections.slice(2)].join('\n');
  const body = [
    positionals.length > 0 &&
      `${title('Arguments')}\n${definitions(
        positionals.map((option) => [`<${option.flag}>`, optionNotes(option)] as const),
        context,
      )}`,
    named.length > 0 &&
      `${title('Options')}\n${definitions(
        named.map((option) => [optionName(option), optionNotes(option)] as const),
        context,
      )}`,
    `${title('Options of every command')}\n${globalHelp(context)}`,
    (action.examples?.length ?? 0) > 0 &&
      `${title('Examples')}\n${action.examples?.map((example) => `${INDENT}${exampleLine(example)}`).join('\n')}`,
  ];
  return [head, ...body.filter((part) => part !== false)].join('\n\n');
}

/** The general help: every command under the plugin that brings it. */
export function renderGeneralHelp(groups: readonly ActionGroup[], version: string, context: RenderContext): string {
  const title = (text: string): string => style(text, 'bold', context.hasColor);
  const lists = groups
    .filter((group) => group.actions.length > 0)
    .map((group) => {
      const pairs = group.actions
        .map((action) => [commandWordOf(action), action.summary] as const)
        .sort(([one], [other]) => one.localeCompare(other));
      return `${title(wrapText(group.title, context.width))}\n${definitions(pairs, context)}`;
    });
  return [
    `wooster ${version}: a personal agent host on the models of your own machine`,
    `${title('Usage')}\n${INDENT}wooster <command> [arguments] [options]\n${INDENT}wooster help <command>`,
    ...lists,
    `${title('Options of every command')}\n${globalHelp(context)}`,
  ].join('\n\n');
}
