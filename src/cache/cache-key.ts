import { createHash } from 'node:crypto';
import type { CacheKey } from '../contracts/cache/response-cache.ts';

/** Counts up when answers are written down in another way, so that none of an earlier version is read. */
const FORMAT = 1;

/**
 * The same text for every value that is equal as JSON: keys in the order of their code units, fields without a value
 * left out. Throws TypeError for what JSON cannot hold, so that two different values never have one text.
 */
export function canonicalJson(value: unknown): string {
  if (value === null || typeof value === 'boolean' || typeof value === 'string') return JSON.stringify(value);
  if (typeof value === 'number' && Number.isFinite(value)) return JSON.stringify(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object') throw new TypeError(`${typeof value} is no value of JSON`);
  const plain = plainOf(value);
  if (plain !== value) return canonicalJson(plain);
  const fields = Object.entries(value)
    .filter(([, field]) => field !== undefined)
    .toSorted(([left], [right]) => (left < right ? -1 : 1))
    .map(([name, field]) => `${JSON.stringify(name)}:${canonicalJson(field)}`);
  return `{${fields.join(',')}}`;
}

/** What an object says it is as JSON; TypeError for one that would lose what it holds, such as a Map. */
function plainOf(value: object): unknown {
  if ('toJSON' in value && typeof value.toJSON === 'function') return JSON.parse(JSON.stringify(value)) as unknown;
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== null && prototype !== Object.prototype && !isPlainElsewhere(prototype)) {
    throw new TypeError('an object of a class is no value of JSON');
  }
  return value;
}

/** The root prototype of another realm, such as that of a test runner. */
function isPlainElsewhere(prototype: unknown): boolean {
  return typeof prototype === 'object' && Object.getPrototypeOf(prototype) === null;
}

/** SHA-256 of everything that an answer depends on. Throws TypeError for content that JSON cannot hold. */
export function hashOfKey(key: CacheKey): Uint8Array {
  const retrieval = [...new Set(key.retrieval)].toSorted();
  const text = canonicalJson({ ...key, retrieval, format: FORMAT });
  return createHash('sha256').update(text).digest();
}
