import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { UsageError } from '../../../contracts/errors/host-errors.ts';
import type { KnowledgeStore, StoreDriver, StoreRequest } from '../../../contracts/knowledge/knowledge-store.ts';
import { partOf, sweepParts } from '../../../kernel/files/part-files.ts';
import { placeStore } from '../../backup/place-store.ts';
import { toStoreError } from '../../database/store-fault.ts';

async function fillAndClose<Result>(
  store: KnowledgeStore,
  fill: (store: KnowledgeStore) => Promise<Result>,
): Promise<Result> {
  try {
    return await fill(store);
  } finally {
    await store.close();
  }
}

/**
 * Makes a store aside, lets `fill` write it, and puts its database into the folder of another program that lies at its
 * place; the indexes are derived and made anew there. Nothing of it is seen before, and nothing stays where it fails.
 */
export async function supersedeFolder<Result>(
  driver: StoreDriver,
  request: StoreRequest,
  fill: (store: KnowledgeStore) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  const database = join(request.location, 'store.db');
  const aside = partOf(database);
  try {
    await sweepParts(database);
    const store = await driver.open({ ...request, location: aside }, { create: true }, signal);
    const result = await fillAndClose(store, fill);
    signal.throwIfAborted();
    if (await placeStore(join(aside, 'store.db'), request.location)) return result;
    throw new UsageError(`another process has made the store at ${request.location} meanwhile: it stays as it is`);
  } catch (error) {
    throw signal.aborted ? error : toStoreError(error, database);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
}
