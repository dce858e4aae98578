import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import { renderActionHelp, renderGeneralHelp, usageOf } from '../../../src/kernel/cli/help.ts';
import { bake, sum } from './command-doubles.ts';

const PLAIN = { width: 80, hasColor: false };

describe('help', () => {
  test('of a command shows usage, arguments, options with their defaults, and examples', () => {
    const lines = renderActionHelp(bake, 'kitchen', PLAIN).split('\n');
    expect(lines.slice(0, 17)).toEqual([
      'bake bread from what is there',
      '',
      'Usage',
      '  wooster bake <rye|wheat> [<words>] [options]',
      '  wooster --plugin kitchen --action bake-bread',
      '',
      'Arguments',
      '  <kind>   which flour (required)',
      '  <words>  what to write on it',
      '',
      'Options',
      '  --max-minutes <number>  how long at most (default 30)',
      '  --is-sliced             cut it',
      '  --[no-]crust            with a crust (default on)',
      '  --seeds <text>          what goes on top (may be repeated)',
      '  --weight <number>       grams',
      '',
    ]);
    expect(lines.slice(-2)).toEqual(['Examples', '  wooster bake rye --seeds poppy']);
  });

  test('never draws beyond the width, and is the same text with colours', () => {
    const narrow = renderGeneralHelp([{ title: 'Kitchen', actions: [bake, sum] }], '1.0.0', {
      width: 60,
      hasColor: true,
    });
    const plain = renderGeneralHelp([{ title: 'Kitchen', actions: [bake, sum] }], '1.0.0', {
      width: 60,
      hasColor: false,
    });
    expect(stripVTControlCharacters(narrow)).toBe(plain);
    const tooLong = plain
      .split('\n')
      .slice(1)
      .filter((line) => line.length > 60);
    expect(tooLong).toEqual([]);
  });

  test('lists the commands by name under their title, and leaves empty groups out', () => {
    const groups = [
      { title: 'Kitchen', actions: [sum, bake] },
      { title: 'Cellar', actions: [] },
    ];
    const text = renderGeneralHelp(groups, '1.0.0', PLAIN);
    expect(text).toContain('Kitchen\n  bake  bake bread from what is there\n  sum   add numbers');
    expect(text).not.toContain('Cellar');
  });

  test('shows a list as such', () => {
    expect(usageOf(sum)).toBe('sum <numbers>...');
  });
});
