import { randomInt } from 'node:crypto';

/** An id that sorts by time and is short enough to type: nine characters of time, five of chance, in base 36. */
export function makeShortId(now: number): string {
  const time = now.toString(36).padStart(9, '0');
  const chance = randomInt(36 ** 5)
    .toString(36)
    .padStart(5, '0');
  return `${time}${chance}`;
}
