import { describe, expect, test } from '@jest/globals';
import { array, assert, property, string } from 'fast-check';
import { parseArguments } from '../../../src/kernel/cli/arguments/parse-arguments.ts';
import { bake, sum } from './command-doubles.ts';

const DEFAULTS = { maxMinutes: 30, isSliced: false, crust: true, seeds: [] };

describe('arguments of an action', () => {
  test.each<[string, readonly string[], object]>([
    [
      'positionals in order, the last one with the rest as one text',
      ['rye', 'for', 'you'],
      { kind: 'rye', words: 'for you' },
    ],
    ['numbers, with a blank or an equals sign', ['rye', '--max-minutes', '12'], { kind: 'rye', maxMinutes: 12 }],
    ['the name of the field as it is written in code', ['rye', '--maxMinutes=12'], { kind: 'rye', maxMinutes: 12 }],
    ['a negative number', ['rye', '--weight', '-5'], { kind: 'rye', weight: -5 }],
    [
      'switches and their opposites',
      ['rye', '--is-sliced', '--no-crust'],
      { kind: 'rye', isSliced: true, crust: false },
    ],
    ['switches with a value', ['rye', '--is-sliced=no'], { kind: 'rye', isSliced: false }],
    ['repeated options', ['rye', '--seeds', 'poppy', '--seeds=a,b'], { kind: 'rye', seeds: ['poppy', 'a,b'] }],
    ['a positional by its flag', ['--kind', 'wheat', '--words=hi'], { kind: 'wheat', words: 'hi' }],
    ['anything after two dashes as it is', ['rye', '--', '--json', '-x'], { kind: 'rye', words: '--json -x' }],
    ['global flags anywhere', ['--json', 'rye', '--log-level', 'debug', '--set', 'a=b'], { kind: 'rye' }],
  ])('reads %s', (_, argv, values) => {
    expect(parseArguments(bake, argv)).toEqual({ ...DEFAULTS, ...values });
  });

  test('reads a list of numbers without a flag', () => {
    expect(parseArguments(sum, ['1', '2.5', '-3'])).toEqual({ numbers: [1, 2.5, -3] });
  });

  test.each<[readonly string[], string]>([
    [[], 'bake: <kind> is missing'],
    [['oat'], 'bake: <kind> oat is none of rye, wheat'],
    [['wheta'], 'bake: <kind> wheta is none of rye, wheat (did you mean wheat?)'],
    [['rye', '--max-minutes'], 'bake: --max-minutes needs a value'],
    [['rye', '--max-minutes', '--json'], 'bake: --max-minutes needs a value'],
    [['rye', '--max-minutes', 'long'], 'bake: --max-minutes long is not a number'],
    [['rye', '--max-minutes', '1.5'], 'bake: --max-minutes: '],
    [['rye', '--maxminutes', '5'], 'bake: unknown option --maxminutes (did you mean --max-minutes?)'],
    [['rye', '-z'], 'bake: unknown option -z'],
    [['rye', '--no-weight'], 'bake: --no-weight is no switch; give --weight a value'],
    [['rye', '--crust=perhaps'], 'bake: --crust takes true or false, not perhaps'],
  ])('refuses %j', (argv, line) => {
    expect(() => parseArguments(bake, argv)).toThrow(line);
  });

  test('gives back every text that stands after two dashes', () => {
    assert(
      property(array(string(), { minLength: 1 }), (texts) => {
        const { words } = parseArguments(bake, ['rye', '--', ...texts]);
        expect(words).toBe(texts.join(' '));
      }),
    );
  });
});
