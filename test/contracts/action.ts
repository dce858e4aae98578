import { describe, expect, test } from '@jest/globals';
import type { Action } from '../../src/contracts/commands/action.ts';
import { LOCAL_PRINCIPAL } from '../../src/contracts/plugins/principal.ts';
import { GLOBAL_FLAGS } from '../../src/kernel/cli/arguments/global-flags.ts';
import { optionTableOf } from '../../src/kernel/cli/arguments/option-table.ts';
import { commandWordOf, parseArguments } from '../../src/kernel/cli/arguments/parse-arguments.ts';
import { exampleLine, renderActionHelp } from '../../src/kernel/cli/help.ts';

/** Words of an example as a shell would split them; what is redirected or piped is no argument. */
function wordsOf(example: string): string[] {
  const command = exampleLine(example)
    .replace(/^.*\bwooster /, '')
    .replace(/\s[<|>].*$/, '')
    .replace(/\)$/, '');
  return Array.from(
    command.matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g),
    ([, double, single, bare]) => double ?? single ?? bare ?? '',
  );
}

/** What every action promises: fields that explain themselves, options that do not collide, help, examples that work. */
export function describeAction(action: Action): void {
  describe(`action ${action.id}`, () => {
    const { options, positionals } = optionTableOf(action);

    test('has a kebab-case id, a command word, and a summary for a list', () => {
      expect(action.id).toMatch(/^[a-z][a-z0-9]*(-[a-z0-9]+)*$/);
      expect(commandWordOf(action)).toMatch(/^[a-z][a-z-]*$/);
      expect(action.summary).toMatch(/^[A-Z].{5,100}[^.]$/);
    });

    test('explains each of its arguments and takes no name of a global option', () => {
      expect(options.filter(({ summary }) => summary === '').map(({ field }) => field)).toEqual([]);
      const globals = GLOBAL_FLAGS.map(({ name }) => name);
      expect(options.map(({ flag }) => flag).filter((flag) => globals.includes(flag))).toEqual([]);
    });

    test('names fields as positionals, and only the last may be a list', () => {
      expect(positionals.map(({ field }) => field)).toEqual(action.positionals ?? []);
      expect(positionals.slice(0, -1).filter(({ isList }) => isList)).toEqual([]);
    });

    test('has help that fits a terminal of 80 columns', () => {
      const help = renderActionHelp(action, 'plugin', { width: 80, hasColor: false });
      const examples = (action.examples ?? []).map(exampleLine);
      const lines = help.split('\n').filter((line) => !examples.includes(line.trim()));
      expect(lines.filter((line) => line.length > 80)).toEqual([]);
    });

    test('has examples that its own arguments accept', () => {
      for (const example of action.examples ?? []) {
        const [word, ...rest] = wordsOf(example);
        expect(word).toBe(commandWordOf(action));
        expect(() => parseArguments(action, rest)).not.toThrow();
      }
    });
  });
}

const silent = (): undefined => undefined;

/** Runs an action that is cheap, and proves that its result is what its schema says and that it can be drawn. */
export async function runAndCheck(action: Action, argv: readonly string[]): Promise<unknown> {
  const result: unknown = await action.run(parseArguments(action, argv), {
    signal: AbortSignal.timeout(10_000),
    principal: LOCAL_PRINCIPAL,
    progress: { update: silent, note: silent, finish: silent },
    terminal: {
      isInteractive: false,
      isJson: true,
      hasColor: false,
      width: 80,
      write: silent,
      note: silent,
      readInput: async () => undefined,
      question: async () => undefined,
      onInterrupt: () => ({ dispose: silent }),
    },
  });
  expect(action.result.safeParse(JSON.parse(JSON.stringify(result)))).toMatchObject({ success: true });
  expect(typeof (await action.render?.(result, { width: 80, hasColor: false }))).toBe('string');
  return result;
}
