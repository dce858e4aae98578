import { array, nat } from 'fast-check';

/** Where a text is cut; `pieces` takes them modulo its length. */
export const cuts = array(nat(400), { maxLength: 14 });

/** The text in pieces. */
export function pieces(text: string, points: readonly number[]): readonly string[] {
  const sorted = [...new Set(points.map((point) => point % (text.length + 1)))].sort((a, b) => a - b);
  return [0, ...sorted].map((start, index) => text.slice(start, sorted[index] ?? text.length));
}
