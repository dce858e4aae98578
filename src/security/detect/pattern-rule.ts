import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import type { Piece } from './pieces.ts';

/** A form that can be told from other text by itself. */
export interface PatternRule {
  readonly kind: string;
  /** With the flag `g`, and without repetitions that could take more than linear time; its first group, where it has one, ends the match and is what is found. */
  readonly pattern: RegExp;
  /** Whether what was found is really one. */
  readonly isReal?: (value: string) => boolean;
}

/** What rules find in a piece, placed in the whole text. */
export function matchRules(rules: readonly PatternRule[], { text, start }: Piece): DetectedSpan[] {
  const spans: DetectedSpan[] = [];
  for (const { kind, pattern, isReal } of rules) {
    for (const match of text.matchAll(pattern)) {
      const value = match[1] ?? match[0];
      if (isReal?.(value) === false) continue;
      const end = start + match.index + match[0].length;
      spans.push({ kind, start: end - value.length, end });
    }
  }
  return spans;
}
