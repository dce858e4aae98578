import { nearestName } from './config/faults/nearest-name.ts';

function sortedLetters(name: string): string {
  return name.split('').toSorted().join('');
}

/** Swapped letters are the commonest slip in a short word, and two steps of an edit distance. */
function swappedName(wrong: string, known: readonly string[]): string | undefined {
  return known.find((name) => sortedLetters(name) === sortedLetters(wrong));
}

/** ` (did you mean x?)` for the end of a message, or nothing when no known name is near. */
export function didYouMean(wrong: string, known: readonly string[]): string {
  const name = nearestName(wrong, known) ?? swappedName(wrong, known);
  return name === undefined ? '' : ` (did you mean ${name}?)`;
}
