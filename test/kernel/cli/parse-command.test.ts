import { describe, expect, test } from '@jest/globals';
import { readGlobalFlags } from '../../../src/kernel/cli/arguments/global-flags.ts';
import { parseCommand, withoutLeadingDashes } from '../../../src/kernel/cli/arguments/parse-command.ts';

describe('the command of a command line', () => {
  test.each<[readonly string[], object]>([
    [['ask', 'why', '--json'], { word: 'ask', rest: ['why', '--json'] }],
    [['--json', '--home', '/x', 'ask', 'why'], { word: 'ask', rest: ['--json', '--home', '/x', 'why'] }],
    [['--plugin', 'p', '--action', 'a', 'x'], { plugin: 'p', action: 'a', rest: ['x'] }],
    [['--plugin=p', '--action=a', '--json'], { plugin: 'p', action: 'a', rest: ['--json'] }],
    [['--action', 'a'], { action: 'a', rest: [] }],
    [['ask', '--action', 'a'], { word: 'ask', rest: ['--action', 'a'] }],
    [[], { rest: [] }],
  ])('of %j is %j', (argv, requested) => {
    expect(parseCommand(argv)).toEqual(requested);
  });

  test('half a pair is a usage error', () => {
    expect(() => parseCommand(['--plugin', 'p'])).toThrow(/needs --action/);
    expect(() => parseCommand(['--plugin'])).toThrow(/--plugin needs a name/);
  });

  test('one leading pair of dashes is dropped, as package managers pass it through', () => {
    expect(withoutLeadingDashes(['--', 'ask', '--', 'x'])).toEqual(['ask', '--', 'x']);
  });
});

describe('global flags', () => {
  test('are read wherever they stand, but not after two dashes', () => {
    const argv = [
      'ask',
      '--json',
      '--no-color',
      '--set',
      'a=1',
      '--set=b=2',
      '--log-level',
      'debug',
      '--',
      '--version',
    ];
    expect(readGlobalFlags(argv)).toEqual({
      isJson: true,
      isHelp: false,
      isVersion: false,
      isLocalOnly: false,
      hasColor: false,
      logLevel: 'debug',
      sets: ['a=1', 'b=2'],
    });
  });

  test.each([
    [['--home'], '--home needs a value'],
    [['--set', 'routing'], '--set routing is not of the form path=value'],
    [['--log-level', 'loud'], '--log-level loud is none of'],
  ])('%j is a usage error', (argv, line) => {
    expect(() => readGlobalFlags(argv)).toThrow(line);
  });
});
