import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { WeightedTurn } from '../../src/resilience/weighted-turn.ts';

const weights = fc.array(
  fc.oneof(
    fc.integer({ min: 1, max: 100 }),
    fc.double({ min: 0.01, max: 1000, noNaN: true }),
    fc.constantFrom(1, 2, 3),
  ),
  { minLength: 1, maxLength: 10 },
);

function turnersOf(each: readonly number[]) {
  return each.map((weight, place) => ({ id: `t${place}`, weight }));
}

/** Who had each of so many turns. */
function play(turn: WeightedTurn, turners: ReturnType<typeof turnersOf>, turns: number): string[] {
  return Array.from({ length: turns }, () => turners[turn.next(turners)]?.id ?? 'nobody');
}

function countOf(ids: readonly string[], id: string): number {
  return ids.filter((each) => each === id).length;
}

describe('weighted turns', () => {
  test('give each, after every turn, its exact share to within less than one turn', () => {
    fc.assert(
      fc.property(weights, fc.integer({ min: 1, max: 200 }), (each, turns) => {
        // Drawn as the rule itself would choose: the heaviest.
        const turn = new WeightedTurn(0);
        const turners = turnersOf(each.toSorted((left, right) => right - left));
        const total = each.reduce((sum, weight) => sum + weight, 0);
        const had = each.map(() => 0);
        let worst = 0;
        for (let count = 1; count <= turns; count += 1) {
          had[turn.next(turners)]! += 1;
          for (const [place, { weight }] of turners.entries()) {
            worst = Math.max(worst, Math.abs((had[place] ?? 0) - (count * weight) / total));
          }
        }
        expect(worst).toBeLessThan(1);
      }),
    );
  });

  test('are spread out: three, two and one of six', () => {
    const turns = play(new WeightedTurn(0), turnersOf([3, 2, 1]), 12).join(' ');
    expect(turns).toBe('t0 t1 t0 t2 t1 t0 t0 t1 t0 t2 t1 t0');
  });

  test('give each, whoever was drawn first, its exact share to within two turns', () => {
    const draw = fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true });
    fc.assert(
      fc.property(weights, draw, fc.integer({ min: 1, max: 200 }), (each, drawn, turns) => {
        const turners = turnersOf(each);
        const total = each.reduce((sum, weight) => sum + weight, 0);
        const had = play(new WeightedTurn(drawn), turners, turns);
        const off = turners.map(({ id, weight }) => Math.abs(countOf(had, id) - (turns * weight) / total));
        expect(Math.max(...off)).toBeLessThan(2);
      }),
    );
  });

  test('begin by weight: of many who begin, each gets its share of first turns', () => {
    const turners = turnersOf([3, 2, 1]);
    const firsts = Array.from(
      { length: 600 },
      (_, at) => play(new WeightedTurn((at + 0.5) / 600), turners, 1)[0] ?? '',
    );
    expect(['t0', 't1', 't2'].map((id) => countOf(firsts, id))).toEqual([300, 200, 100]);
  });

  test('give those who are left the shares of their weights, and who comes back its own again', () => {
    const turn = new WeightedTurn(0);
    const [first, second, third] = turnersOf([3, 2, 1]);
    const all = [first!, second!, third!];
    play(turn, all, 5);
    const without = play(turn, [second!, third!], 30);
    expect(Math.abs(countOf(without, 't1') - 20)).toBeLessThan(2);
    const back = play(turn, all, 60);
    expect(Math.abs(countOf(back, 't0') - 30)).toBeLessThan(3);
    expect(Math.abs(countOf(back, 't1') - 20)).toBeLessThan(3);
    expect(Math.abs(countOf(back, 't2') - 10)).toBeLessThan(3);
  });

  test('never leave anybody out for longer than its share explains, whoever comes and goes', () => {
    const present = fc.array(fc.subarray([0, 1, 2, 3], { minLength: 1 }), { minLength: 1, maxLength: 150 });
    fc.assert(
      fc.property(
        fc.tuple(...Array.from({ length: 4 }, () => fc.integer({ min: 1, max: 9 }))),
        present,
        (each, rounds) => {
          const turn = new WeightedTurn(0);
          const turners = turnersOf(each);
          const owed = each.map(() => 0);
          for (const places of rounds) {
            const here = places.map((place) => turners[place]!);
            const total = here.reduce((sum, { weight }) => sum + weight, 0);
            for (const place of places) owed[place]! += (each[place] ?? 0) / total;
            owed[places[turn.next(here)]!]! -= 1;
          }
          expect(owed.every((share) => Math.abs(share) < each.length)).toBe(true);
        },
      ),
    );
  });
});
