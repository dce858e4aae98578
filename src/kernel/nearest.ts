import { nearestName } from './config/faults/nearest-name.ts';

/** ` (did you mean x?)` for the end of a message, or nothing when no known name is near. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  const name = nearestName(wrong, known);
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}
