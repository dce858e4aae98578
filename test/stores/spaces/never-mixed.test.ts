import { Document } from '@langchain/core/documents';
import { afterAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { DatabaseSync } from 'node:sqlite';
import type { EmbeddingsFactory, EmbeddingSpace, KnowledgeStore } from '../../../src/index.ts';
import { NoRouteError, toSpaceVector, toVectorStore } from '../../../src/index.ts';
import { EmbeddingsDouble, embeddingsFactoryDouble, spaceDouble } from '../../doubles/embeddings-double.ts';
import { sourceOf } from '../support/sources.ts';
import { limit, StoreRig } from '../support/store-rig.ts';

/** Two models of one length, one of another; the last is a cloud that stands in. */
const SPACES = [spaceDouble('a', 16), spaceDouble('b', 16), spaceDouble('c', 24), spaceDouble('cloud', 16)];

/** One thing that is done to a store, with the models that can be reached then. */
interface Step {
  readonly what: 'add' | 'add-text' | 'fill' | 'remove' | 'search' | 'wrong-vector' | 'wrong-store';
  readonly named: number;
  readonly reachable: readonly boolean[];
  readonly source: number;
  readonly text: number;
}

const stepArbitrary: fc.Arbitrary<Step> = fc.record({
  what: fc.constantFrom('add', 'add', 'add', 'add-text', 'fill', 'remove', 'search', 'wrong-vector', 'wrong-store'),
  named: fc.integer({ min: 0, max: 2 }),
  reachable: fc.array(fc.boolean(), { minLength: 4, maxLength: 4 }),
  source: fc.integer({ min: 0, max: 2 }),
  text: fc.integer({ min: 0, max: 5 }),
});

function modelOf(space: EmbeddingSpace): EmbeddingsDouble {
  const model = new EmbeddingsDouble(space, space.name === 'cloud' ? 'cloud' : 'local');
  model.isStandIn = space.name === 'cloud';
  return model;
}

/** What the settings name where it can be reached, else the cloud where that can be; `now` is the step of the moment. */
function factoryOf(now: () => Step): EmbeddingsFactory {
  const models = SPACES.map(modelOf);
  const made = (): EmbeddingsFactory => {
    const { named, reachable } = now();
    const standIn = reachable[3] === true ? models[3] : undefined;
    const wanted = reachable[named] === true ? models[named] : standIn;
    const found = models.filter((_, at) => reachable[at]);
    return embeddingsFactoryDouble(wanted ?? new NoRouteError('nothing can be reached', { reasons: [] }), found);
  };
  return {
    for: (...asked) => made().for(...asked),
    ofSpace: (...asked) => made().ofSpace(...asked),
    named: (...asked) => made().named(...asked),
    status: (...asked) => made().status(...asked),
  };
}

async function take({ what, source, text }: Step, store: KnowledgeStore): Promise<void> {
  const path = `${source}.md`;
  const made = sourceOf(path, [`number ${text}`, `letter ${text + source}`]);
  if (what === 'add') await store.add([made], limit());
  if (what === 'add-text') await store.add([made], limit(), { isTextOnly: true });
  if (what === 'fill') await store.embedMissing(limit());
  if (what === 'remove') await store.remove([path], limit());
  if (what === 'search') await store.search({ text: 'number 3', k: 3, mode: 'hybrid' }, limit());
  if (what === 'wrong-vector') {
    const [held] = (await store.stats(limit())).spaces;
    const wrong = { spaceId: held?.space.spaceId ?? SPACES[0]!.spaceId, vector: new Float32Array(7).fill(1), k: 3 };
    await expect(store.vectors!.search(wrong, limit())).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
    const target = { space: SPACES[2]!, isInferred: false };
    const vectors = [Float32Array.from({ length: 16 }, () => 1), undefined];
    const adding = store.vectors!.add([{ source: made, vectors }], target, limit());
    await expect(adding).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
  }
  if (what === 'wrong-store') {
    const { spaces } = await store.stats(limit());
    const stranger = SPACES.find(({ spaceId }) => spaces.every(({ space }) => space.spaceId !== spaceId));
    if (stranger === undefined) return;
    const asked = { spaceId: stranger.spaceId, vector: new Float32Array(stranger.dimensions).fill(1), k: 3 };
    await expect(store.vectors!.search(asked, limit())).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
  }
}

type Stored = { readonly record: string; readonly role: string; readonly text: string; readonly vector: Uint8Array };

/** Every stored vector is what the model of its row's space makes of its text, and no cloud is the store's own. */
async function expectUnmixed(rig: StoreRig): Promise<number> {
  const database = new DatabaseSync(rig.database, { readOnly: true });
  const rows = database
    .prepare(
      `SELECT spaces.record AS record, role, texts.text AS text, vector FROM vectors
       JOIN spaces ON spaces.id = vectors.space JOIN texts ON texts.id = vectors.text`,
    )
    .all() as Stored[];
  const primaries = database.prepare("SELECT record FROM spaces WHERE role = 'primary'").all() as { record: string }[];
  database.close();
  expect(primaries.length).toBeLessThanOrEqual(1);
  for (const { record } of primaries) expect(JSON.parse(record)).not.toMatchObject({ name: 'cloud' });
  for (const { record, text, vector } of rows) {
    const model = modelOf(JSON.parse(record) as EmbeddingSpace);
    const [expected] = await model.embed([text], { role: 'document', signal: limit() });
    const stored = new Float32Array(vector.slice().buffer);
    expect(stored).toHaveLength(expected!.length);
    stored.forEach((value, at) => expect(value).toBeCloseTo(expected![at]!, 5));
  }
  return rows.length;
}

describe('a space', () => {
  const rigs: StoreRig[] = [];

  afterAll(async () => {
    for (const rig of rigs) await rig.dispose();
  });

  test('is never mixed, whatever is done with whichever models can be reached', async () => {
    let looked = 0;
    await fc.assert(
      fc.asyncProperty(fc.array(stepArbitrary, { minLength: 6, maxLength: 12 }), async (steps) => {
        const rig = new StoreRig();
        rigs.push(rig);
        let now = steps[0]!;
        const store = await rig.open(factoryOf(() => now));
        for (const step of steps) {
          now = step;
          await take(step, store).catch((error: unknown) => {
            if (!(error instanceof NoRouteError)) throw error;
          });
        }
        await store.close();
        looked += await expectUnmixed(rig);
      }),
      // A failure is told within the limit of the test, as far as it is shrunk by then.
      { numRuns: 12, interruptAfterTimeLimit: 60_000 },
    );
    expect(looked).toBeGreaterThan(0);
  }, 90_000);

  test('takes no vector of another space through its view for LangChain', async () => {
    const rig = new StoreRig();
    rigs.push(rig);
    const store = await rig.open(modelOf(SPACES[0]!));
    await store.add([sourceOf('a.md', ['one', 'two'])], limit());
    const view = await toVectorStore(store);
    const numbers = Array.from({ length: 16 }, () => 0.25);
    const other = toSpaceVector(numbers, SPACES[1]!.spaceId);
    await expect(view.similaritySearchVectorWithScore(other, 1)).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
    // @ts-expect-error plain numbers name no space
    await expect(view.similaritySearchVectorWithScore(numbers, 1)).rejects.toMatchObject({ code: 'E_STORE_MISMATCH' });
  });

  test("of a stand-in does not become the store's own through the view for LangChain", async () => {
    const rig = new StoreRig();
    rigs.push(rig);
    const store = await rig.open(modelOf(SPACES[3]!));
    const view = await toVectorStore(store);
    const numbers = Array.from({ length: 16 }, () => 0.25);
    await view.addVectors(
      [toSpaceVector(numbers, SPACES[3]!.spaceId)],
      [new Document({ pageContent: 'one', metadata: { source: 'a.md' } })],
    );
    expect((await store.stats(limit())).spaces).toMatchObject([{ role: 'fallback', vectors: 1 }]);
  });
});
