import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { DamagedStore } from './damaged-store.ts';

/** Flips one to eight bits of one file, at a place and of a number that the seed decides; which, for a message. */
export function flipBits({ location }: Pick<DamagedStore, 'location'>, name: string, random: () => number): string {
  const path = join(location, name);
  const { size } = statSync(path);
  const bytes = readFileSync(path);
  const flips = Array.from({ length: 1 + Math.floor(random() * 8) }, () => {
    // The first page has the head and the list of tables: a fifth of all flips go there.
    const at = Math.floor(random() * (random() < 0.2 ? Math.min(size, 4_096) : size));
    const bit = Math.floor(random() * 8);
    bytes[at] = bytes[at]! ^ (1 << bit);
    return `${at}.${bit}`;
  });
  writeFileSync(path, bytes);
  return `${name} at ${flips.join(' ')}`;
}
