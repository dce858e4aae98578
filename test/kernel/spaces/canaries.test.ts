import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { CANARY_TEXTS, compareCanaries } from '../../../src/kernel/spaces/canaries.ts';
import { BUILT_IN_DETECTORS } from '../../../src/security/detect/built-in-detectors.ts';

const DIMENSIONS = 16;

const vectors: fc.Arbitrary<readonly Float32Array[]> = fc.array(
  fc.float32Array({ minLength: DIMENSIONS, maxLength: DIMENSIONS, noNaN: true, min: Math.fround(0.1), max: 1 }),
  { minLength: CANARY_TEXTS.length, maxLength: CANARY_TEXTS.length },
);

function join(parts: readonly Float32Array[]): Float32Array {
  return Float32Array.from(parts.flatMap((part) => [...part]));
}

/** The vector turned away so far that its cosine to what it was is this. */
function turn(vector: Float32Array, cosine: number): Float32Array {
  const length = Math.hypot(...vector);
  // Any direction that is at a right angle: two neighbours swapped, one of them negative.
  const away = Float32Array.from(vector, (_, at) => (at % 2 === 0 ? -vector[at + 1]! : vector[at - 1]!) / length);
  const rest = Math.sqrt(1 - cosine ** 2);
  return vector.map((value, at) => (value / length) * cosine + away[at]! * rest);
}

describe('the canary texts', () => {
  test('are eight short ones that no detector of private content minds', async () => {
    expect(new Set(CANARY_TEXTS).size).toBe(8);
    for (const text of CANARY_TEXTS) {
      expect(text.length).toBeLessThan(120);
      for (const detector of BUILT_IN_DETECTORS) {
        expect(await detector.detect(text, new AbortController().signal)).toEqual([]);
      }
    }
  });
});

describe('comparing canaries', () => {
  test('takes the lowest cosine: from 0.9995 on it is the same, from 0.98 on near, below far', () => {
    const cases = [
      [0.9999, 'same'],
      [0.9996, 'same'],
      [0.9994, 'near'],
      [0.9899, 'near'],
      [0.981, 'near'],
      [0.979, 'far'],
      [0.1, 'far'],
    ] as const;
    fc.assert(
      fc.property(vectors, fc.nat(CANARY_TEXTS.length - 1), (made, which) => {
        for (const [cosine, verdict] of cases) {
          const now = made.map((vector, at) => (at === which ? turn(vector, cosine) : vector));
          const found = compareCanaries(join(made), join(now));
          expect(found.verdict).toBe(verdict);
          expect(found.cosine).toBeCloseTo(cosine, 4);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('does not mind how long the vectors are, nor which of the two is the recorded one', () => {
    fc.assert(
      fc.property(vectors, fc.float({ min: Math.fround(0.1), max: 10, noNaN: true }), (made, factor) => {
        const longer = made.map((vector) => vector.map((value) => value * factor));
        expect(compareCanaries(join(made), join(longer)).verdict).toBe('same');
        const turned = longer.map((vector) => turn(vector, 0.99));
        expect(compareCanaries(join(made), join(turned))).toMatchObject({ verdict: 'near' });
        expect(compareCanaries(join(turned), join(made))).toMatchObject({ verdict: 'near' });
      }),
      { numRuns: 30 },
    );
  });

  test('calls sets of another length, unfinished ones and zeros far', () => {
    const made = Array.from({ length: CANARY_TEXTS.length }, () => new Float32Array(4).fill(1));
    const longer = made.map(() => new Float32Array(8).fill(1));
    const far = { cosine: 0, verdict: 'far' };
    expect(compareCanaries(join(made), join(longer))).toEqual(far);
    expect(compareCanaries(join(made).slice(1), join(made).slice(1))).toEqual(far);
    expect(compareCanaries(join(made), new Float32Array(made.length * 4))).toEqual(far);
  });
});
