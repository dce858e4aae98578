import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect } from '@jest/globals';
import { isWoosterError } from '../../../src/contracts/errors/wooster-error.ts';
import { WriterPlace } from '../../../src/stores/worker/writer-place.ts';
import { seeded } from '../support/kill-harness.ts';
import { flipBits } from './bit-flips.ts';
import { DamagedStore, HELD } from './damaged-store.ts';

/** A store with a log of writes that is not in the database yet, as a process that died leaves it. */
async function withLog(): Promise<DamagedStore> {
  const store = await DamagedStore.make();
  const writer = new DatabaseSync(store.database);
  writer.exec('PRAGMA wal_autocheckpoint = 0; UPDATE sources SET modified_at = modified_at + 1');
  const copies = ['-wal', '-shm'].map(
    (end) => [`${store.database}${end}`, readFileSync(`${store.database}${end}`)] as const,
  );
  const database = readFileSync(store.database);
  writer.close();
  writeFileSync(store.database, database);
  for (const [path, bytes] of copies) writeFileSync(path, bytes);
  const place = new WriterPlace(join(store.location, 'writer.db'));
  place.tryTake('a test');
  place.release();
  return store;
}

async function outcomeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    // A line for a person, of our own kind, whatever was hit.
    expect(isWoosterError(error) && error.code !== 'E_INTERNAL' ? 'told' : error).toBe('told');
    expect((error as Error).message).not.toMatch(/\n/);
    return error;
  }
}

/** How often bits were flipped, and what it took each time. */
interface FlipCounts {
  harmless: number;
  repaired: number;
  salvaged: number;
}

async function flipOnce(
  what: { readonly file: number; readonly name: string },
  random: () => number,
): Promise<keyof FlipCounts> {
  using store = await withLog();
  const [index] = store.files().filter((name) => name.endsWith('.exact'));
  const files = ['store.db', 'store.db', 'store.db', 'store.db-wal', 'store.db-shm', 'writer.db', index!];
  const flipped = `${flipBits(store, files[what.file % files.length]!, random)} (${what.name})`;
  const before = await outcomeOf(store.verify());
  const report = await store.repair().catch((error: unknown) => {
    throw new Error(`not repaired: ${flipped}`, { cause: error });
  });
  expect({ flipped, ...(await store.verify()) }).toMatchObject({ isSound: true });
  // What was lost is told: nothing goes in silence.
  const isLess = report.kept.chunks < HELD.chunks || report.kept.sources < HELD.sources;
  if (isLess) expect({ flipped, before, ...report }).not.toMatchObject({ lost: [] });
  if (report.keptAt !== undefined) return 'salvaged';
  return report.found.length > 0 ? 'repaired' : 'harmless';
}

/** Flips bits in every file of a store, each time of a sound one; whatever is hit is told or harmless, and repaired. */
export async function runFlips(flips: number, seed: number): Promise<FlipCounts> {
  const random = seeded(seed);
  const counts: FlipCounts = { harmless: 0, repaired: 0, salvaged: 0 };
  for (let file = 0; file < flips; file += 1) {
    counts[await flipOnce({ file, name: `number ${file} of seed ${seed}` }, random)] += 1;
  }
  return counts;
}
