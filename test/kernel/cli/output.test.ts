import { PassThrough } from 'node:stream';
import { describe, expect, test } from '@jest/globals';
import { UsageError } from '../../../src/contracts/errors/host-errors.ts';
import { mayColor, style } from '../../../src/kernel/cli/output/color.ts';
import { describeError, toContractError } from '../../../src/kernel/cli/output/error-report.ts';
import { createProgress, progressLine } from '../../../src/kernel/cli/output/progress.ts';
import { table, wrapText } from '../../../src/kernel/cli/output/table.ts';

describe('colour', () => {
  test.each<[string, boolean, { flag?: boolean; environment: Record<string, string> }, boolean]>([
    ['a terminal', true, { environment: {} }, true],
    ['a pipe', false, { environment: {} }, false],
    ['NO_COLOR', true, { environment: { NO_COLOR: '1' } }, false],
    ['an empty NO_COLOR', true, { environment: { NO_COLOR: '' } }, true],
    ['FORCE_COLOR', false, { environment: { FORCE_COLOR: '1' } }, true],
    ['FORCE_COLOR=0', true, { environment: { FORCE_COLOR: '0' } }, false],
    ['TERM=dumb', true, { environment: { TERM: 'dumb' } }, false],
    ['a flag over all of them', true, { flag: false, environment: { FORCE_COLOR: '1' } }, false],
  ])('is decided by %s', (_, isTTY, choice, expected) => {
    expect(mayColor({ isTTY }, choice)).toBe(expected);
  });
});

describe('a table', () => {
  const rows = [
    { name: 'short', text: 'two words' },
    { name: style('green', 'green', true), text: 'a line that is too long for the narrow terminal it is drawn in' },
  ];
  const columns = [
    { title: 'Name', value: (row: (typeof rows)[number]) => row.name },
    { title: 'Text', value: (row: (typeof rows)[number]) => row.text },
  ];

  test('keeps a whole column in one piece while others can be narrowed', () => {
    const row = { name: 'a.rather.long.setting.name', text: 'some words that can be wrapped anywhere' };
    const named = [
      { title: 'Name', isWhole: true, value: ({ name }: typeof row) => name },
      { title: 'Text', value: ({ text }: typeof row) => text },
    ];
    const drawn = table([row], named, { width: 44, hasColor: false });
    expect(drawn).toContain(row.name);
    expect(Math.max(...drawn.split('\n').map((line) => line.length))).toBeLessThanOrEqual(44);
    const narrow = table([row], named, { width: 20, hasColor: false });
    expect(Math.max(...narrow.split('\n').map((line) => line.length))).toBeLessThanOrEqual(20);
  });

  test('wraps at words within the width, and keeps colours of cells that fit', () => {
    const lines = table(rows, columns, { width: 40, hasColor: false }).split('\n');
    expect(lines).toEqual([
      'Name   Text',
      'short  two words',
      '\u001B[32mgreen\u001B[39m  a line that is too long for the',
      '       narrow terminal it is drawn in',
    ]);
  });

  test('draws a cell of very many lines beside others, without their colours', () => {
    const long = { name: style('long\nname', 'green', true), text: 'word '.repeat(20_000).trim() };
    const lines = table([long, rows[0]!], columns, { width: 40, hasColor: false }).split('\n');
    expect(lines.slice(0, 3)).toEqual([
      'Name   Text',
      'long   word word word word word word',
      'name   word word word word word word',
    ]);
    expect(lines.join('').match(/word/g)).toHaveLength(20_001);
    expect(lines.at(-1)).toBe('short  two words');
  });

  test('cuts a word only when it is wider than its column', () => {
    expect(wrapText('abcdefghij kl', 4)).toBe('abcd\nefgh\nij\nkl');
  });

  test('of no rows is empty', () => {
    expect(table([], columns, { width: 40, hasColor: false })).toBe('');
  });
});

function progress(isTTY: boolean, isSilent = false) {
  const stream = Object.assign(new PassThrough(), { isTTY });
  let now = 0;
  const clock = { now: () => now, monotonic: () => now };
  const shown = createProgress({ stream, isSilent, clock });
  return { shown, advance: (ms: number) => void (now += ms), text: () => String(stream.read() ?? '') };
}

describe('progress', () => {
  test('is a plain line when the label changes, every two seconds, and at the end', () => {
    const { shown, advance, text } = progress(false);
    for (let done = 0; done <= 4; done += 1) {
      shown.update({ label: 'weights', done: done * 1024, total: 4096, unit: 'bytes' });
      advance(900);
    }
    shown.update({ label: 'unpacking' });
    shown.note('kept');
    expect(text().trim().split('\n')).toEqual([
      'weights  0 B of 4.0 KiB (0 %)',
      'weights  3.0 KiB of 4.0 KiB (75 %)',
      'weights  4.0 KiB of 4.0 KiB (100 %)',
      'unpacking',
      'kept',
    ]);
  });

  test('is nothing with --json', () => {
    const { shown, text } = progress(true, true);
    shown.update({ label: 'weights', done: 1, total: 2 });
    shown.note('kept');
    expect(text()).toBe('');
  });

  test('is a bar on a terminal, and a note stays above it', async () => {
    const { shown, text } = progress(true);
    shown.update({ label: 'weights', done: 1, total: 2, unit: 'items' });
    await import('cli-progress');
    await new Promise((resolve) => setTimeout(resolve, 100));
    shown.update({ label: 'weights', done: 2, total: 2, unit: 'items' });
    shown.note('kept');
    shown.finish();
    const drawn = text();
    expect(drawn).toContain('weights  1 items of 2 items (50 %)');
    expect(drawn).toContain('kept\n');
  });

  test('says what is known when the total is not', () => {
    expect(progressLine({ label: 'reading', done: 12 })).toBe('reading  12');
    expect(progressLine({ label: 'reading', done: 3 * 1024 ** 3, unit: 'bytes' })).toBe('reading  3.0 GiB');
  });
});

const mask = (text: string): string => text.replaceAll('sesame', '[secret]');

describe('errors', () => {
  test('are one line or one document, without secrets', () => {
    const error = new UsageError('say sesame\nagain');
    expect(describeError(error, { isJson: false, hasColor: false, mask })).toBe('E_USAGE say [secret] again');
    expect(JSON.parse(describeError(error, { isJson: true, hasColor: false, mask }))).toEqual({
      error: { code: 'E_USAGE', message: 'say [secret] again', details: {} },
    });
  });

  test('of other kinds become a cancellation or a defect with the place of its details', () => {
    expect(toContractError(new DOMException('stop', 'AbortError')).code).toBe('E_CANCELLED');
    expect(toContractError(new TypeError('x is undefined\nat y'), '/log')).toMatchObject({
      code: 'E_INTERNAL',
      message: 'TypeError: x is undefined; details in /log',
    });
    expect(toContractError('a text').message).toBe('a text');
  });
});
