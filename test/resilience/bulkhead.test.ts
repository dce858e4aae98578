import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { Bulkhead } from '../../src/resilience/bulkhead.ts';
import type { BulkheadPlace } from '../../src/resilience/bulkhead.ts';

/** Who came, in order: inside or waiting, and the place of each. */
interface Guest {
  readonly place: BulkheadPlace;
  timesLetIn: number;
  hasLeft: boolean;
}

function arrive(bulkhead: Bulkhead, guests: Guest[], letIn: number[]): boolean {
  const at = guests.length;
  const guest = { timesLetIn: 0, hasLeft: false } as Guest;
  const place = bulkhead.enter(() => {
    guest.timesLetIn += 1;
    letIn.push(at);
  });
  if (place === undefined) return false;
  guests.push(Object.assign(guest, { place }));
  return true;
}

const size = fc.record({ slots: fc.integer({ min: 1, max: 5 }), queue: fc.integer({ min: 0, max: 6 }) });
const moves = fc.array(fc.oneof(fc.constant('come' as const), fc.nat({ max: 40 })), { maxLength: 120 });

describe('a bulkhead', () => {
  test('never holds more than its slots and its queue, and lets nobody wait while a slot is free', () => {
    fc.assert(
      fc.property(size, moves, ({ slots, queue }, steps) => {
        const bulkhead = new Bulkhead({ slots, queue });
        const guests: Guest[] = [];
        for (const step of steps) {
          const isFull = bulkhead.inFlight === slots && bulkhead.waiting === queue;
          if (step === 'come') expect(arrive(bulkhead, guests, [])).toBe(!isFull);
          else if (guests[step] !== undefined) {
            guests[step].place.leave();
            guests[step].hasLeft = true;
          }
          expect(bulkhead.inFlight).toBeLessThanOrEqual(slots);
          expect(bulkhead.waiting).toBeLessThanOrEqual(queue);
          if (bulkhead.waiting > 0) expect(bulkhead.inFlight).toBe(slots);
          const staying = guests.filter(({ hasLeft }) => !hasLeft);
          expect(staying.filter(({ place }) => place.isInside)).toHaveLength(bulkhead.inFlight);
          expect(staying).toHaveLength(bulkhead.inFlight + bulkhead.waiting);
        }
      }),
    );
  });

  test('lets waiters in by the order of their coming, each once, and loses none', () => {
    fc.assert(
      fc.property(size, moves, ({ slots, queue }, steps) => {
        const bulkhead = new Bulkhead({ slots, queue });
        const guests: Guest[] = [];
        const letIn: number[] = [];
        for (const step of steps) {
          if (step === 'come') arrive(bulkhead, guests, letIn);
          else guests[step]?.place.leave();
        }
        expect(letIn).toEqual(letIn.toSorted((left, right) => left - right));
        expect(guests.every(({ timesLetIn }) => timesLetIn <= 1)).toBe(true);
        // Whoever is inside goes, one after another: in the end nobody is left.
        for (let turn = 0; turn <= guests.length && bulkhead.inFlight > 0; turn += 1) {
          guests.find(({ place }) => place.isInside)?.place.leave();
        }
        expect([bulkhead.inFlight, bulkhead.waiting]).toEqual([0, 0]);
      }),
    );
  });

  test('is left from the queue without a slot becoming free, and twice is once', () => {
    const bulkhead = new Bulkhead({ slots: 1, queue: 2 });
    const [guests, letIn]: [Guest[], number[]] = [[], []];
    for (let count = 0; count < 3; count += 1) arrive(bulkhead, guests, letIn);
    guests[1]?.place.leave();
    guests[1]?.place.leave();
    expect([bulkhead.inFlight, bulkhead.waiting, letIn]).toEqual([1, 1, []]);
    guests[0]?.place.leave();
    guests[0]?.place.leave();
    expect([bulkhead.inFlight, bulkhead.waiting, letIn]).toEqual([1, 0, [2]]);
  });

  test('turns away at once where nothing may wait', () => {
    const bulkhead = new Bulkhead({ slots: 1, queue: 0 });
    expect(bulkhead.enter(() => undefined)?.isInside).toBe(true);
    expect(bulkhead.enter(() => undefined)).toBeUndefined();
  });
});
