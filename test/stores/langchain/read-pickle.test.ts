import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { PickledName, PickledObject } from '../../../src/stores/langchain/pickle/pickle-values.ts';
import { readPickle } from '../../../src/stores/langchain/pickle/read-pickle.ts';
import { PlainMetadata } from '../../../src/stores/langchain/python/plain-metadata.ts';

const NEVER = new AbortController().signal;

/** A pickle by its parts: texts are opcodes and lines as latin1, numbers are bytes. */
function pickleOf(...parts: readonly (string | number | Buffer)[]): Buffer {
  return Buffer.concat(
    parts.map((part) => {
      if (Buffer.isBuffer(part)) return part;
      return typeof part === 'number' ? Buffer.of(part) : Buffer.from(part, 'latin1');
    }),
  );
}

function read(...parts: readonly (string | number | Buffer)[]): ReturnType<typeof readPickle> {
  return readPickle(pickleOf(...parts), NEVER);
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

describe('a pickle', () => {
  test.each<[string, readonly (string | number)[], unknown]>([
    ['an int', ['I-42\n.'], -42],
    ['a truth', ['I01\n.'], true],
    ['a long', ['L123456789012345678901L\n.'], 123456789012345678901n],
    ['a negative long', [0x80, 2, 0x8a, 2, 0x00, 0xff, '.'], -256],
    ['an empty long', [0x8a, 0, '.'], 0],
    ['a float', ['F-inf\n.'], -Infinity],
    ['a quoted text', [String.raw`S'a\'b\x41\n'`, '\n.'], "a'bA\n"],
    ['an escaped text', [String.raw`Vü\u20ac\U0001f99c`, '\n.'], 'ü€🦜'],
    ['a list that holds itself last', [']q', 0, 'K', 7, 'a.'], [7]],
    ['a dictionary', ['(U', 1, 'aK', 1, 'd.'], new Map([['a', 1]])],
    ['what is left after a mark goes', ['K', 1, '(K', 2, '1.'], 1],
  ])('of %s is read', async (_what, parts, value) => {
    expect(await read(...parts)).toEqual(value);
  });

  test('of calls becomes records of names and arguments', async () => {
    const value = await read('cos\nsystem\n(S', "'rm -rf /'", '\ntR.');
    expect(value).toEqual(new PickledObject(new PickledName('os', 'system'), ['rm -rf /']));
    expect(await read("(S'x'\nios\nsystem\n.")).toEqual(new PickledObject(new PickledName('os', 'system'), ['x']));
  });

  test.each<[string, readonly (string | number | Buffer)[], RegExp]>([
    ['ends too early', ['X', uint32(0xffff_fff0), 'abc'], /opcode 0x58 at byte 0: the file ends too early/],
    ['tells a length beyond all', [0x8d, Buffer.alloc(8, 0xff), '.'], /ends too early/],
    ['has a number of megabytes', [0x8b, uint32(50_000_000), Buffer.alloc(10)], /a number of 50000000 bytes/],
    ['has a number of many digits', [`L${'9'.repeat(4_000)}L\n.`], /no whole number/],
    ['refers to what is elsewhere', ['P1234\n.'], /opcode 0x50 at byte 0: a reference/],
    ['uses an extension', [0x82, 1, '.'], /a registered extension/],
    ['has an unknown opcode', [0xff], /opcode 0xff at byte 0: it is no opcode/],
    ['is of a later protocol', [0x80, 6, '.'], /protocol 6/],
    ['takes from an empty stack', ['a.'], /a value is missing/],
    ['takes what lies before a mark', ['K', 1, '(a.'], /a value is missing/],
    ['has no mark', ['t.'], /there is no mark/],
    ['recalls what it never had', ['h', 9, '.'], /nothing is remembered at 9/],
    ['gives a state to a list', [']]b.'], /a state for what is no object/],
    ['calls with no tuple', ['cos\nsystem\nK', 1, 'R.'], /arguments that are no tuple/],
    ['never stops', [']'], /ends too early/],
  ])('that %s is refused with the place', async (_what, parts, message) => {
    await expect(read(...parts)).rejects.toThrow(message);
    await expect(read(...parts)).rejects.toBeInstanceOf(SyntaxError);
  });

  test('that would fill the memory is refused', async () => {
    await expect(read(Buffer.alloc(1_200_000, ']'))).rejects.toThrow('too many values wait');
    await expect(read(Buffer.alloc(200_000, '('))).rejects.toThrow('nested too deep');
    const many = readPickle(Buffer.alloc(2_010, ']0'), NEVER, { containers: 1_000 });
    await expect(many).rejects.toThrow('too many objects');
    const remembered = readPickle(pickleOf('K', 1, Buffer.alloc(100, 0x94)), NEVER, { remembered: 99 });
    await expect(remembered).rejects.toThrow('too many values are remembered');
  });

  test('is given up when it is no longer wanted', async () => {
    await expect(readPickle(Buffer.alloc(100_000, 'N0'), AbortSignal.abort())).rejects.toMatchObject({
      name: 'AbortError',
    });
  });

  test('that holds itself, or the same a billion times, becomes metadata of bounded size', async () => {
    const self = await read('}q', 0, 'U', 1, 'ah', 0, 's.');
    const metadata = new PlainMetadata();
    expect(JSON.stringify(metadata.of(self)).length).toBeLessThan(1_000);
    const doubled = Array.from({ length: 40 }, () => 'q\u00010(h\u0001h\u0001l').join('');
    const laughs = await read('(U', 1, 'a(U', 3, 'hahl', doubled, 'd.');
    expect(JSON.stringify(metadata.of(laughs)).length).toBeLessThan(200_000);
    expect(metadata.leftOut.size).toBe(1);
  });

  test('of any bytes is read or refused in one line', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        const outcome: unknown = await readPickle(Buffer.from(bytes), NEVER).catch((error: unknown) => error);
        if (outcome instanceof Error) expect(outcome.message).toMatch(/^opcode 0x[0-9a-f]{2} at byte \d+: /);
      }),
      { numRuns: 500 },
    );
  });
});
