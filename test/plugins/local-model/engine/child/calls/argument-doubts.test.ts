import { describe, expect, test } from '@jest/globals';
import { doubtArguments } from '../../../../../../plugins/local-model/engine/child/calls/argument-doubts.ts';
import { argumentPlaces } from '../../../../../../plugins/local-model/engine/child/calls/argument-places.ts';

const SCHEMA = {
  type: 'object',
  properties: {
    room: { type: 'string', enum: ['kitchen', 'office'] },
    on: { type: 'boolean' },
    when: { type: 'string', description: 'for example: tomorrow at 7' },
    weight: { type: 'number' },
    brightness: { type: 'integer' },
    unit: { enum: ['celsius', 'fahrenheit'] },
    repeat: {
      type: 'object',
      properties: { every: { type: 'string' }, times: { type: 'integer' } },
      required: ['every'],
    },
    items: { type: 'array', items: { type: 'object', properties: { color: { type: 'string' } } } },
  },
  required: ['room', 'on', 'when', 'weight', 'items'],
};

/** How a piece of the arguments weighs: what it gains, and the logarithm of its probability. */
type Weights = Readonly<Record<string, { readonly gain: number; readonly said?: number }>>;

/** The doubts in arguments, each piece a token; what no piece is named for gains much and is sure. */
function doubts(values: object, weights: Weights, spoken: readonly unknown[] = []) {
  const text = JSON.stringify(values);
  const named = Object.entries(weights).map(([piece, weight]) => {
    const start = text.indexOf(piece);
    return { start, end: start + piece.length, said: 0, ...weight };
  });
  const isNamed = (at: number): boolean => named.some(({ start, end }) => at >= start && at < end);
  const rest = Array.from(text, (_, at) => ({ start: at, end: at + 1, said: 0, gain: 3 })).filter(
    ({ start }) => !isNamed(start),
  );
  const found = doubtArguments(text, SCHEMA, [...named, ...rest], (value) => spoken.includes(value));
  return {
    needless: found.needless.map((path) => path.join('.')),
    unsure: found.unsure.map(({ place, options }) => [place.path.join('.'), ...options]),
    copied: found.copied.map(({ path }) => path.join('.')),
    isGuess: found.isGuess,
  };
}

const NONE = { needless: [], unsure: [], copied: [], isGuess: false };

describe('the places of arguments', () => {
  test('are all values, those inside after those around them, with what their pair adds', () => {
    const text =
      '{"room": "kit\\"{,", "repeat": {"every": "day", "times": -1.5}, "items": [{"color": "r"}, 7], "x": null}';
    const places = argumentPlaces(text, SCHEMA);
    expect(places.map(({ path, value, isOptional }) => [path.join('.'), value, isOptional])).toEqual([
      ['room', 'kit"{,', false],
      ['repeat', { every: 'day', times: -1.5 }, true],
      ['repeat.every', 'day', false],
      ['repeat.times', -1.5, true],
      ['items', [{ color: 'r' }, 7], false],
      ['items.0', { color: 'r' }, false],
      ['items.0.color', 'r', true],
      ['items.1', 7, false],
      ['x', null, false],
    ]);
    const times = places.find(({ path }) => path.join('.') === 'repeat.times')!;
    expect(text.slice(times.pairStart, times.end)).toBe(', "times": -1.5');
    expect(text.slice(times.start, times.end)).toBe('-1.5');
  });

  test('are not optional where the schema may require them in another way', () => {
    const [place] = argumentPlaces('{"repeat": 1}', {
      ...SCHEMA,
      anyOf: [{ required: ['repeat'] }, { required: ['x'] }],
    });
    expect(place).toMatchObject({ path: ['repeat'], isOptional: false });
  });

  test('are none in an empty object, and text that is no JSON is refused', () => {
    expect(argumentPlaces(' { } ', SCHEMA)).toEqual([]);
    expect(() => argumentPlaces('{"a": ', SCHEMA)).toThrow(SyntaxError);
  });
});

describe('what is doubted in a call', () => {
  test('is nothing where all owes to what was said', () => {
    expect(doubts({ room: 'office', on: true, weight: 2, brightness: 35, repeat: { every: 'day' } }, {})).toEqual(NONE);
  });

  test('is an optional number or text that nobody asked for, unless it stands in the conversation', () => {
    const call = { room: 'office', brightness: 50 };
    const weights = { ',"brightness":': { gain: 0 }, '50': { gain: 0.5 } };
    expect(doubts(call, weights).needless).toEqual(['brightness']);
    expect(doubts(call, weights, [50])).toEqual(NONE);
    expect(doubts({ brightness: 50 }, { '{"brightness":': { gain: 0 }, '50': { gain: 1.2 } })).toEqual(NONE);
  });

  test('is an optional object as a whole, or only what is needless in it', () => {
    const call = { room: 'office', repeat: { every: 'day', times: 1 } };
    expect(doubts(call, { ',"repeat":{"every":"day","times":1': { gain: 0.1 } }).needless).toEqual(['repeat']);
    expect(doubts(call, { ',"times":': { gain: 0 }, '1': { gain: 0.4 } }).needless).toEqual(['repeat.times']);
  });

  test('is an optional member of a closed set only where the question speaks against it', () => {
    const call = { room: 'office', unit: 'celsius' };
    expect(doubts(call, { ',"unit":"celsius': { gain: 0 } })).toEqual(NONE);
    expect(doubts(call, { ',"unit":"celsius': { gain: -0.4 } }).needless).toEqual(['unit']);
  });

  test('is a choice that the model is not sure of', () => {
    const found = doubts(
      { room: 'office', on: true },
      { true: { gain: 0, said: -0.7 }, office: { gain: 0, said: -0.1 } },
    );
    expect(found).toEqual({ ...NONE, unsure: [['on', true, false]] });
  });

  test('is a text that stands in the description of the tool and nowhere else', () => {
    const call = { when: 'tomorrow at 7' };
    const weights = { '"tomorrow at 7': { gain: 0.9 } };
    expect(doubts(call, weights).copied).toEqual(['when']);
    expect(doubts(call, weights, ['tomorrow at 7'])).toEqual(NONE);
    expect(doubts(call, { '"tomorrow at 7': { gain: 2.5 } })).toEqual(NONE);
  });

  test('is the call where it needs a number that nobody gave, but not one that is plain anyway', () => {
    expect(doubts({ weight: 10 }, { '10': { gain: 0.3, said: -0.9 } }).isGuess).toBe(true);
    expect(doubts({ weight: 1 }, { '1': { gain: 0.1, said: -0.1 } }).isGuess).toBe(false);
    expect(doubts({ weight: 10 }, { '10': { gain: 0.3, said: -0.9 } }, [10]).isGuess).toBe(false);
  });
});
