import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { OpenVectorIndex, VectorBatch, VectorHit, VectorIndex } from '../../src/index.ts';

/** What a kind of index promises; a false flag is told in the name of its suite. */
export interface VectorIndexAbilities {
  /** Finds the true nearest, not most of them. */
  readonly isExact: boolean;
  /** Runs of the property test. */
  readonly runs?: number;
}

const DIMENSIONS = 5;
const SPACE_ID = '11111111-2222-8333-9444-555555555555';
const NEVER = new AbortController().signal;

function unit(values: readonly number[]): number[] {
  const norm = Math.hypot(...values);
  return norm === 0 ? [1, ...values.slice(1)] : values.map((value) => value / norm);
}

/** A batch of rows, each with a vector of length 1. */
export function batchOf(rows: ReadonlyMap<number, readonly number[]>): VectorBatch {
  return {
    rows: Uint32Array.from(rows.keys()),
    vectors: Float32Array.from([...rows.values()].flatMap(unit)),
  };
}

function bruteForce(rows: ReadonlyMap<number, readonly number[]>, query: readonly number[], k: number): VectorHit[] {
  const wanted = Float32Array.from(unit(query));
  const hits = [...rows].map(([row, vector]) => {
    const values = Float32Array.from(unit(vector));
    return { row, score: values.reduce((sum, value, at) => sum + value * wanted[at]!, 0) };
  });
  return hits.sort((left, right) => right.score - left.score || left.row - right.row).slice(0, k);
}

const component = fc.integer({ min: -8, max: 8 });
const vectors = fc.tuple(component, component, component, component, component);
const rowNumber = fc.integer({ min: 1, max: 40 });

type Step =
  | { readonly kind: 'add'; readonly rows: ReadonlyMap<number, readonly number[]> }
  | { readonly kind: 'remove'; readonly rows: readonly number[] };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.record({
    kind: fc.constant('add' as const),
    rows: fc.array(fc.tuple(rowNumber, vectors), { maxLength: 12 }).map((entries) => new Map(entries)),
  }),
  fc.record({ kind: fc.constant('remove' as const), rows: fc.array(rowNumber, { maxLength: 6 }) }),
);

/** The promises of every kind of vector index; its files lie in a folder of the test's own. */
export function describeVectorIndex(
  name: string,
  openVectorIndex: OpenVectorIndex,
  { isExact, runs = 60 }: VectorIndexAbilities,
): void {
  describe(`the vector index ${name}${isExact ? '' : ' (approximate)'}`, () => {
    let folder: string;
    let opened: VectorIndex[];

    const open = async (spaceId = SPACE_ID, dimensions = DIMENSIONS): Promise<VectorIndex> => {
      const index = await openVectorIndex({ spaceId, dimensions, path: join(folder, SPACE_ID) });
      opened.push(index);
      return index;
    };

    const three = new Map([
      [1, [1, 0, 0, 0, 0]],
      [7, [0.9, 0.1, 0, 0, 0]],
      [9, [0, 0, 0, 0, 1]],
    ]);
    const query = Float32Array.from(unit([1, 0.01, 0, 0, 0]));

    beforeEach(() => {
      folder = mkdtempSync(join(tmpdir(), 'wooster-index-'));
      opened = [];
    });

    afterEach(async () => {
      for (const index of opened) await index.close();
      rmSync(folder, { recursive: true, force: true });
    });

    test('finds nothing in an empty index', async () => {
      const index = await open();
      expect(index.count).toBe(0);
      expect(await index.search(query, 3, NEVER)).toEqual([]);
      await index.build([], NEVER);
      expect(await index.search(query, 3, NEVER)).toEqual([]);
    });

    test('gives the nearest rows, best first, with their cosines', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      const hits = await index.search(query, 10, NEVER);
      expect(index.count).toBe(3);
      expect(hits.map(({ row }) => row)).toEqual([1, 7, 9]);
      expect(hits[0]?.score).toBeCloseTo(0.99995, 4);
      expect(await index.search(query, 1, NEVER)).toHaveLength(1);
    });

    test('looks only at allowed rows, also at those it does not know', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      const hits = await index.search(query, 10, NEVER, Uint32Array.of(9, 7, 1_000));
      expect(hits.map(({ row }) => row)).toEqual([7, 9]);
      expect(await index.search(query, 10, NEVER, new Uint32Array())).toEqual([]);
    });

    test('replaces all it held when it is built again, from batches that come one at a time', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      async function* batches(): AsyncGenerator<VectorBatch> {
        yield batchOf(new Map([[20, [0, 1, 0, 0, 0]]]));
        yield batchOf(new Map([[21, [0, 0, 1, 0, 0]]]));
      }
      await index.build(batches(), NEVER);
      const hits = await index.search(query, 10, NEVER);
      expect(new Set(hits.map(({ row }) => row))).toEqual(new Set([20, 21]));
    });

    test('forgets removed rows, and takes rows it does not have as no fault', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      await index.remove(Uint32Array.of(1, 500), NEVER);
      expect(index.count).toBe(2);
      expect((await index.search(query, 10, NEVER)).map(({ row }) => row)).toEqual([7, 9]);
      await index.remove(Uint32Array.of(7, 9), NEVER);
      expect(await index.search(query, 10, NEVER)).toEqual([]);
      await index.add(batchOf(three), NEVER);
      expect(index.count).toBe(3);
    });

    test('is the same after saving and loading, with the change it stands for', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      await index.save(42, NEVER);
      const again = await open();
      expect(await again.load(NEVER)).toBe(42);
      expect(again.count).toBe(3);
      expect(await again.search(query, 10, NEVER)).toEqual(await index.search(query, 10, NEVER));
      await again.add(batchOf(new Map([[30, [0, 1, 0, 0, 0]]])), NEVER);
      await again.save(43, NEVER);
      expect(await (await open()).load(NEVER)).toBe(43);
    });

    test('leaves nothing but its own files after saving twice', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      await index.save(1, NEVER);
      const files = readdirSync(folder).sort();
      await index.save(2, NEVER);
      expect(readdirSync(folder).sort()).toEqual(files);
      expect(files.every((file) => file.startsWith(SPACE_ID))).toBe(true);
    });

    test('loads nothing where there is no file', async () => {
      expect(await (await open()).load(NEVER)).toBeUndefined();
    });

    test('loads no file of another space or of other dimensions', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      await index.save(1, NEVER);
      expect(await (await open('99999999-2222-8333-9444-555555555555')).load(NEVER)).toBeUndefined();
      expect(await (await open(SPACE_ID, DIMENSIONS + 1)).load(NEVER)).toBeUndefined();
    });

    test('loads no file of which any byte was changed or cut off', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      await index.save(1, NEVER);
      for (const file of readdirSync(folder)) {
        const path = join(folder, file);
        const whole = readFileSync(path);
        const places = [0, Math.floor(whole.length / 3), Math.floor(whole.length / 2), whole.length - 1];
        for (const place of places) {
          const damaged = Buffer.from(whole);
          damaged[place] = damaged[place]! ^ 0x10;
          writeFileSync(path, damaged);
          expect([file, place, await (await open()).load(NEVER)]).toEqual([file, place, undefined]);
          writeFileSync(path, whole.subarray(0, place));
          expect([file, place, await (await open()).load(NEVER)]).toEqual([file, place, undefined]);
        }
        writeFileSync(path, whole);
      }
      expect(await (await open()).load(NEVER)).toBe(1);
    });

    test('stops before it begins when the signal is aborted', async () => {
      const index = await open();
      await index.build([batchOf(three)], NEVER);
      const aborted = AbortSignal.abort();
      await expect(index.search(query, 1, aborted)).rejects.toMatchObject({ code: 'E_CANCELLED' });
      await expect(index.add(batchOf(three), aborted)).rejects.toMatchObject({ code: 'E_CANCELLED' });
    });

    test('agrees with comparing everything, whatever was added and removed', async () => {
      const index = await open();
      await fc.assert(
        fc.asyncProperty(
          fc.array(step, { maxLength: 8 }),
          vectors,
          fc.integer({ min: 1, max: 12 }),
          async (steps, asked, k) => {
            await index.build([], NEVER);
            const model = new Map<number, readonly number[]>();
            for (const each of steps) {
              if (each.kind === 'remove') {
                await index.remove(Uint32Array.from(each.rows), NEVER);
                for (const row of each.rows) model.delete(row);
              } else {
                const fresh = new Map([...each.rows].filter(([row]) => !model.has(row)));
                await index.add(batchOf(fresh), NEVER);
                for (const [row, vector] of fresh) model.set(row, vector);
              }
            }
            const hits = await index.search(Float32Array.from(unit(asked)), k, NEVER);
            const expected = bruteForce(model, asked, k);
            expect(index.count).toBe(model.size);
            expect(new Set(hits.map(({ row }) => row)).size).toBe(hits.length);
            expect(hits.every(({ row }) => model.has(row))).toBe(true);
            if (!isExact) return;
            expect(hits).toHaveLength(expected.length);
            hits.forEach(({ score }, at) => expect(score).toBeCloseTo(expected[at]!.score, 5));
          },
        ),
        { numRuns: runs },
      );
    });
  });
}
