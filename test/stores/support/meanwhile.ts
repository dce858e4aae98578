import { setTimeout as wait } from 'node:timers/promises';
import type { KnowledgeSource, KnowledgeStore } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble } from '../../doubles/embeddings-double.ts';
import { HookedDouble, moveTo } from '../migration/migration-rig.ts';
import { sourceOf } from './sources.ts';
import { limit } from './store-rig.ts';
import type { StoreRig } from './store-rig.ts';

/** What a process does to a store that another one works on at the same time. */
export type Role =
  | { readonly does: 'migrate' | 'reconcile' }
  /** Begins once the space of that name has more vectors than so many. */
  | { readonly does: 'edit'; readonly space: string; readonly above: number };

/** A word of every text that is removed. */
export const GONE = 'vanishing';

/** What is there before; files from the sixth on will be removed. */
export const FILES: readonly KnowledgeSource[] = Array.from({ length: 8 }, (_, file) =>
  sourceOf(`folder/${file}.md`, [
    'a passage of every file',
    ...Array.from({ length: 5 }, (__, at) => `passage ${at} of ${file > 5 ? GONE : 'lasting'} file ${file}`),
  ]),
);

function marked(number: number): string {
  return `mark/${number}.md`;
}

/** Changes one after another; the last files are removed first, so that the numbers of their rows are used again. */
const EDITS: readonly ((store: KnowledgeStore) => Promise<unknown>)[] = [
  (store) => store.remove(['folder/7.md'], limit()),
  (store) => store.add([sourceOf('new/0.md', ['apples are red', `pears are ${GONE}`])], limit()),
  (store) => store.add([sourceOf('folder/0.md', ['passage 0 of lasting file 0', 'file 0 was rewritten'])], limit()),
  (store) => store.remove(['folder/6.md', 'new/0.md'], limit()),
  (store) => store.add([sourceOf('new/1.md', ['apples are red', 'passage 4 of lasting file 5'])], limit()),
];

/** Makes the changes, and tells by a source of its own that each is done. */
export async function edit(store: KnowledgeStore): Promise<void> {
  for (const [number, change] of EDITS.entries()) {
    await change(store);
    await store.add([sourceOf(marked(number + 1), [`mark ${number + 1}`])], limit());
  }
}

async function until(isSo: () => Promise<boolean>): Promise<void> {
  const signal = limit();
  while (!(await isSo())) await wait(5, undefined, { signal });
}

/** Embeds four texts at a time, and each time not before the other process has made one change more. */
function inStep(model: HookedDouble, store: () => KnowledgeStore): HookedDouble {
  model.before = async (batch) => {
    const number = Math.min(batch - 1, EDITS.length);
    if (number > 0) await until(async () => (await store().read(marked(number), limit())) !== undefined);
  };
  return model;
}

/** Opens the store and plays the role to its end. */
export async function play(role: Role, rig: StoreRig): Promise<void> {
  let store: KnowledgeStore | undefined;
  const own = new EmbeddingsDouble();
  const slow = (name: string, dimensions: number): HookedDouble =>
    inStep(new HookedDouble(name, dimensions, { inputs: 1 }), () => store!);
  if (role.does === 'edit') {
    const open = await rig.open(own);
    await until(async () => {
      const { spaces } = await open.stats(limit());
      return spaces.some(({ space, vectors }) => space.name === role.space && vectors > role.above);
    });
    await edit(open);
  } else if (role.does === 'migrate') {
    store = await rig.open(embeddingsFactoryDouble(own, [slow('new', 32)]));
    await moveTo(store, 'new');
  } else {
    store = await rig.open(slow(own.space.name, own.space.dimensions));
    await store.upkeep!.reconcile({ signal: limit() });
  }
}
