/** One thing a pattern may hold, with its quantifier: a plain character, a class of plain characters, or a bracket of a group. */
const PART = /(?:[\w ,:;@#%&=<>/~'"!-]|\[\^?[\w ,:;@.-]+\]|\((?!\?)|\)|\|)(?:[*+?]|\{\d{1,3}(?:,\d{1,3})?\})?/y;

/** A group repeated so often, or within which something is repeated, has more elements than llama.cpp takes. */
const REPEATED_GROUP = /\)\{\d{3}|\{.*\)\{|\)\{.*\{/;

/**
 * True for a pattern that llama.cpp translates as it is meant: of the whole text, without escapes, look-around, dots and
 * names of classes. It refuses the whole schema for others, or misreads them.
 */
export function isSafePattern(pattern: string): boolean {
  if (!pattern.startsWith('^') || !pattern.endsWith('$') || REPEATED_GROUP.test(pattern)) return false;
  const end = pattern.length - 1;
  let depth = 0;
  for (let at = 1; at < end; at = PART.lastIndex) {
    PART.lastIndex = at;
    const [part] = PART.exec(pattern) ?? [];
    if (part === undefined || /^\((?:[)*+?{|]|$)/.test(pattern.slice(at, at + 2))) return false;
    if (part.startsWith('(')) depth += 1;
    if (part.startsWith(')')) depth -= 1;
    if (depth < 0 || PART.lastIndex > end || !isBounded(part)) return false;
  }
  return depth === 0;
}

/** A choice is not repeated, and no least is above its most. */
function isBounded(part: string): boolean {
  if (/^[(|][*+?{]/.test(part)) return false;
  const [, least, most] = /\{(\d+),(\d+)\}$/.exec(part) ?? [];
  return least === undefined || Number(least) <= Number(most);
}
