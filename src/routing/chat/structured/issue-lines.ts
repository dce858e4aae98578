import type { OutputUnit } from '@cfworker/json-schema';

/** A thing that does not fit, as zod and standard schemas tell it. */
interface SchemaIssue {
  readonly message: string;
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined;
  /** Of a union: what is wrong for each of its alternatives. */
  readonly errors?: readonly (readonly SchemaIssue[])[];
}

/** Words of JSON Schema that only say that something below them does not fit. */
const OUTER_WORDS = new Set(['properties', 'items', 'prefixItems', '$ref', 'allOf', 'anyOf', 'oneOf', 'if', 'then']);

/** More than these tell a model nothing that it could mend at once. */
const MOST_LINES = 12;

/** One line for each issue, `place: what is wrong`; of a union those of the alternative that is nearest. */
export function issueLines(issues: readonly SchemaIssue[]): string[] {
  return linesBelow(issues, []).slice(0, MOST_LINES);
}

/** The same for the findings of a JSON schema. */
export function issueLinesOfUnits(units: readonly OutputUnit[]): string[] {
  const inner = units.filter(({ keyword }) => !OUTER_WORDS.has(keyword));
  const lines = (inner.length > 0 ? inner : units).map(({ instanceLocation, error }) =>
    toLine(instanceLocation.split('/').slice(1), error),
  );
  return [...new Set(lines)].slice(0, MOST_LINES);
}

function linesBelow(issues: readonly SchemaIssue[], above: readonly string[]): string[] {
  return issues.flatMap(({ message, path = [], errors }) => {
    const place = [...above, ...path.map((part) => String(typeof part === 'object' ? part.key : part))];
    const alternatives = (errors ?? []).filter((each) => each.length > 0);
    const [nearest] = alternatives.toSorted((left, right) => left.length - right.length);
    return nearest === undefined ? [toLine(place, message)] : linesBelow(nearest, place);
  });
}

function toLine(place: readonly string[], text: string): string {
  const line = text.replace(/\s+/g, ' ').trim();
  return place.length === 0 ? line : `${place.join('.')}: ${line}`;
}
