import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import type { Redaction } from '../../contracts/privacy/privacy-policy.ts';
import { joinSpans } from '../detect/spans.ts';
import { freeNumbers, labelOf, write, type Placeholder } from './placeholders.ts';
import { PlaceholderReader } from './read-placeholder.ts';
import { PlaceholderRestorer } from './restorer.ts';

/**
 * Replaces the spans of each text by placeholders. Equal values have one placeholder throughout; its number stands in
 * none of the texts, so that restoring what was redacted gives the very texts again.
 */
export function redactSpans(texts: readonly string[], spans: readonly (readonly DetectedSpan[])[]): Redaction {
  const placeholders = new Map<string, Placeholder>();
  const numbers = freeNumbers(texts);
  let replaced = 0;
  const placeholderOf = (value: string, kind: string): Placeholder => {
    const known = placeholders.get(value);
    if (known !== undefined) return known;
    const made = { label: labelOf(kind), number: numbers.next().value as number, value };
    placeholders.set(value, made);
    return made;
  };
  const redacted = texts.map((text, index) => {
    let result = '';
    let copied = 0;
    for (const { kind, start, end } of joinSpans(spans[index] ?? [])) {
      result += text.slice(copied, start) + write(placeholderOf(text.slice(start, end), kind));
      copied = end;
      replaced += 1;
    }
    return result + text.slice(copied);
  });
  const reader = new PlaceholderReader([...placeholders.values()]);
  return {
    texts: redacted,
    replaced,
    restorer: () => new PlaceholderRestorer(reader),
    restore: (text) => {
      const restorer = new PlaceholderRestorer(reader);
      return restorer.push(text) + restorer.end();
    },
  };
}
