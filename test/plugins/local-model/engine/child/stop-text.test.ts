import { describe, expect, test } from '@jest/globals';
import { array, assert, constantFrom, property, string } from 'fast-check';
import { StopText } from '../../../../../plugins/local-model/engine/child/stop-text.ts';

/** The text that gets out when it comes in these pieces. */
function through(stops: readonly string[], pieces: readonly string[]): { text: string; isStopped: boolean } {
  const stop = new StopText(stops);
  const text = pieces.map((piece) => stop.write(piece)).join('') + stop.end();
  return { text, isStopped: stop.isStopped };
}

describe('stop texts', () => {
  test('end the text before the first of them, also when it comes in pieces', () => {
    expect(through(['END', 'STOP'], ['one ST', 'O', 'P two END'])).toEqual({ text: 'one ', isStopped: true });
    expect(through(['END'], ['one', ' END two', ' three'])).toEqual({ text: 'one ', isStopped: true });
  });

  test('hold back only what may become one, and give it out when it does not', () => {
    const stop = new StopText(['\n\nUser:']);
    expect(stop.write('hello\n')).toBe('hello');
    expect(stop.write('\nUs')).toBe('');
    expect(stop.write('e of it')).toBe('\n\nUse of it');
    expect(stop.write('\n\n')).toBe('');
    expect(stop.end()).toBe('\n\n');
    expect(stop.end()).toBe('');
    expect(stop.isStopped).toBe(false);
  });

  test('that are empty, or none, change nothing', () => {
    expect(through([''], ['a', '', 'b'])).toEqual({ text: 'ab', isStopped: false });
    expect(through([], ['a'])).toEqual({ text: 'a', isStopped: false });
  });

  test('cut where they would cut the whole text, however the pieces fall', () => {
    const letters = string({ unit: constantFrom('a', 'b', 'c'), maxLength: 6 });
    assert(
      property(array(letters, { maxLength: 8 }), array(letters, { minLength: 1, maxLength: 3 }), (pieces, stops) => {
        const whole = pieces.join('');
        const real = stops.filter((stop) => stop !== '');
        const { text, isStopped } = through(stops, pieces);
        const hasStop = real.some((stop) => whole.includes(stop));
        expect(isStopped).toBe(hasStop);
        expect(whole.startsWith(text)).toBe(true);
        if (!hasStop) expect(text).toBe(whole);
        expect(real.some((stop) => text.includes(stop))).toBe(false);
      }),
    );
  });
});
