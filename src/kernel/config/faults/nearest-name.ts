import { distance } from 'fastest-levenshtein';

/** The known name that a wrong one was probably meant to be; undefined when none is near. */
export function nearestName(wrong: string, known: readonly string[]): string | undefined {
  const folded = fold(wrong);
  let best: { name: string; steps: number } | undefined;
  for (const name of known) {
    const steps = distance(folded, fold(name));
    if (best === undefined || steps < best.steps) best = { name, steps };
  }
  return best !== undefined && best.steps <= Math.max(1, Math.floor(folded.length / 3)) ? best.name : undefined;
}

/** Case, hyphens and underscores do not count. */
function fold(name: string): string {
  return name.toLowerCase().replaceAll(/[-_]/g, '');
}
