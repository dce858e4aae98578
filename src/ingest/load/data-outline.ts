import type { LoadedPart } from '../../contracts/knowledge/loader.ts';

/** Members that need no heading of their own. */
const SMALL = 400;
const MAX_DEPTH = 6;

type Members = Readonly<Record<string, unknown>>;

function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Every leaf below a value with its path: `address.city: Oslo`. */
function* leaves(value: unknown, path: string): Generator<string> {
  if (Array.isArray(value) && value.every((each) => typeof each !== 'object' || each === null)) {
    yield* leaf(path, value.join(', '));
  } else if (Array.isArray(value)) {
    // A record of a list is a line, so that it is not cut in two.
    for (const each of value) yield* leaf(path, describeRecord(each));
  } else if (isMembers(value)) {
    for (const [name, each] of Object.entries(value)) yield* leaves(each, path === '' ? name : `${path}.${name}`);
  } else yield* leaf(path, String(value));
}

function* leaf(path: string, text: string): Generator<string> {
  if (text !== '') yield path === '' ? text : `${path}: ${text}`;
}

/** One line for a record: `name: Anna; address.city: Oslo`. */
export function describeRecord(value: unknown): string {
  return [...leaves(value, '')].join('; ');
}

/**
 * Reads data into parts: a record of a list is a line, members that are small are lines with their path, and large
 * ones stand below their name as a heading.
 */
export function* outlineData(value: unknown, headings: readonly string[] = []): Generator<LoadedPart> {
  if (Array.isArray(value)) {
    for (const each of value) {
      const text = describeRecord(each);
      if (text !== '') yield { text, headings };
    }
    return;
  }
  if (!isMembers(value)) {
    yield { text: String(value), headings };
    return;
  }
  const large: string[] = [];
  const lines: string[] = [];
  for (const [name, each] of Object.entries(value)) {
    const own = [...leaves(each, name)];
    const isLarge = typeof each === 'object' && own.reduce((sum, line) => sum + line.length, 0) > SMALL;
    if (isLarge && headings.length < MAX_DEPTH) large.push(name);
    else lines.push(...own);
  }
  if (lines.length > 0) yield { text: lines.join('\n'), headings };
  for (const name of large) yield* outlineData(value[name], [...headings, name]);
}
