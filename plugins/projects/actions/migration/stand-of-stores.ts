import { isWoosterError, table, type KnowledgeStore, type MigrationStatus, type RenderContext } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';
import type { StandingStore } from './migrate-results.ts';
import { runCommand } from './movable-store.ts';
import { grouped, shortName } from './words/short-words.ts';
import { flagsOf, labelOf, withStore, type StoreChoice } from './store-choice.ts';

/** Going on names the model, so that it does nothing where another process has come to the end meanwhile. */
function nextOf(choice: StoreChoice, { state, to }: MigrationStatus): string {
  if (state === 'filling' || state === 'paused') return runCommand(choice, { to: to.name });
  return `wooster migrate ${flagsOf(choice)} --prune`;
}

/** A migration as it is listed. */
export function toStanding(choice: StoreChoice, status: MigrationStatus): StandingStore {
  const { purpose, name } = choice;
  const { from, to, state, done, texts, oldVectors } = status;
  const spaces = { ...(from && { from: from.name }), to: to.name };
  return { purpose, name, ...spaces, state, done, texts, oldVectors, next: nextOf(choice, status) };
}

async function standOf(choice: StoreChoice, store: KnowledgeStore, signal: AbortSignal): Promise<StandingStore> {
  const status = await store.migrations?.status(signal);
  if (status !== undefined) return toStanding(choice, status);
  const { spaces, texts } = await store.stats(signal);
  const own = spaces.find(({ role }) => role === 'primary');
  const from = own && { from: own.space.name };
  const done = own === undefined ? 0 : texts - own.missing;
  const state = store.isReadOnly ? 'only read' : 'none';
  return { ...choice, ...from, state, done, texts, oldVectors: 0, next: '' };
}

/** How each store stands; one that cannot be opened is listed with the reason. */
export async function standOfStores(
  ports: ProjectPorts,
  choices: readonly StoreChoice[],
  signal: AbortSignal,
): Promise<readonly StandingStore[]> {
  const stores: StandingStore[] = [];
  for (const choice of choices) {
    try {
      stores.push(await withStore(ports, choice, signal, (store) => standOf(choice, store, signal)));
    } catch (error) {
      if (!isWoosterError(error) || signal.aborted) throw error;
      stores.push({ ...choice, state: `${error.code} ${error.message}`, done: 0, texts: 0, oldVectors: 0, next: '' });
    }
  }
  return stores;
}

/** That a store stops, and how it goes on. */
export function renderPause(store: StandingStore): string {
  const { done, texts, next } = store;
  return `${labelOf(store)}: stops after its batch, at ${grouped(done)} of ${grouped(texts)}; goes on with: ${next}`;
}

/** The stores as a table. */
export function renderStanding(stores: readonly StandingStore[], context: RenderContext): string {
  if (stores.length === 0) return 'there is no store yet: wooster ingest <folder> makes one';
  return table<StandingStore>(
    stores,
    [
      { title: 'store', value: (store) => labelOf(store), isWhole: true },
      { title: 'from', value: ({ from = '' }) => shortName(from) },
      { title: 'to', value: ({ to = '' }) => shortName(to) },
      { title: 'state', value: ({ state }) => (state === 'none' ? '-' : state) },
      {
        title: 'done',
        value: ({ done, texts }) => `${grouped(done)}/${grouped(texts)}`,
        align: 'right',
        isWhole: true,
      },
      {
        title: 'old vectors',
        value: ({ oldVectors }) => (oldVectors === 0 ? '' : grouped(oldVectors)),
        align: 'right',
      },
      { title: 'next', value: ({ next }) => next },
    ],
    context,
  );
}
