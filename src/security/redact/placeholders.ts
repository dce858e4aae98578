/** What stands in a text for a value that was taken out of it. */
export interface Placeholder {
  /** Lower-case letters and hyphens: `email-address`. */
  readonly label: string;
  /** No other placeholder of the call has it, and no text of the call held it. */
  readonly number: number;
  readonly value: string;
}

/** `<email-address-2>`. */
export function write({ label, number }: Pick<Placeholder, 'label' | 'number'>): string {
  return `<${label}-${number}>`;
}

const LONGEST_LABEL = 32;

/** A kind as models copy it without change: ASCII letters, the words joined by hyphens. */
export function labelOf(kind: string): string {
  const words = kind
    .toLowerCase()
    .replace(/(?<=[a-z])-(?=[a-z])/g, '')
    .replace(/[^a-z]+/g, '-')
    .slice(0, LONGEST_LABEL)
    .replace(/^-+|-+$/g, '');
  return words === '' ? 'redacted' : words;
}

/** Numbers, from 1, that stand in none of the texts: whatever form a model gives a placeholder, its number is its own. */
export function* freeNumbers(texts: readonly string[]): Generator<number> {
  const taken = new Set<number>();
  for (const text of texts) for (const [digits] of text.matchAll(/\d{1,16}/g)) taken.add(Number(digits));
  for (let number = 1; ; number += 1) if (!taken.has(number)) yield number;
}
