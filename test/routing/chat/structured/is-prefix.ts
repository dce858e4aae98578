/** True where the end only adds to the part: strings and arrays go on, objects get more fields, all else is the same. */
export function isPrefix(part: unknown, end: unknown): boolean {
  if (typeof part === 'string') return typeof end === 'string' && end.startsWith(part);
  if (typeof part !== 'object' || part === null) return Object.is(part, end);
  if (typeof end !== 'object' || end === null || Array.isArray(part) !== Array.isArray(end)) return false;
  return Object.entries(part).every(([key, value]) => {
    return Object.hasOwn(end, key) && isPrefix(value, (end as Record<string, unknown>)[key]);
  });
}
