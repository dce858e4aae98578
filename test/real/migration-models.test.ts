import { appendFileSync, cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { KnowledgeStore } from '../../src/index.ts';
import { lowestCosine } from '../proof/migration/long-migration.ts';
import { sourceOf } from '../stores/support/sources.ts';
import { factoryOf, openBge, openMiniLm, openSmolLm, withStore } from './migration/real-embedders.ts';
import type { RealEmbedder } from './migration/real-embedders.ts';

jest.setTimeout(1_800_000);

/** `pnpm proof models` asks for a thousand, and for lines of JSON in a file. */
const passages = Number(process.env['WOOSTER_PROOF_PASSAGES'] ?? 24);
const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const DOCUMENTS = join(import.meta.dirname, '../../docs');
const PASSAGES_A_SOURCE = 20;
const INTERRUPTIONS = 3;

const folder = mkdtempSync(join(tmpdir(), 'wooster-models-'));
const template = join(folder, 'template');
const limit = (): AbortSignal => AbortSignal.timeout(1_200_000);
let minilm: RealEmbedder;

function report(line: object): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ passages, ...line })}\n`);
}

/** True for words: each sign of the rule of a table is a token, which makes the longest more than the models read. */
function isInWords(text: string): boolean {
  return (text.match(/[\p{L}\s]/gu) ?? []).length > text.length / 2;
}

/** Paragraphs, items and rows of this project's own pages, each once. */
function realTexts(): readonly string[] {
  const pages = readdirSync(DOCUMENTS).filter((name) => name.endsWith('.md'));
  const parts = pages.toSorted().flatMap((name) =>
    readFileSync(join(DOCUMENTS, name), 'utf8')
      .split(/\n\s*\n|\n(?=- )|\n(?=\|)/)
      .map((part) => part.trim()),
  );
  return [...new Set(parts.filter((part) => part.length >= 40 && part.length <= 700 && isInWords(part)))].slice(
    0,
    passages,
  );
}

beforeAll(async () => {
  minilm = await openMiniLm();
  const texts = realTexts();
  expect(texts).toHaveLength(passages);
  const sources = Array.from({ length: Math.ceil(passages / PASSAGES_A_SOURCE) }, (_, at) =>
    sourceOf(`pages/${at}.md`, texts.slice(at * PASSAGES_A_SOURCE, (at + 1) * PASSAGES_A_SOURCE)),
  );
  await withStore(template, factoryOf(minilm.embeddings), (store) => store.add(sources, limit()));
});
afterAll(async () => {
  await minilm?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

describe.each([
  { name: 'another real model of 384 numbers', open: openBge },
  { name: 'a real model of 576 numbers', open: openSmolLm },
])('a move from all-MiniLM-L6-v2 to $name', ({ name, open }) => {
  test(`gives the same, interrupted ${INTERRUPTIONS} times or not`, async () => {
    const target = await open();
    const model = target.embeddings.space.name;
    const [whole, broken] = ['whole', 'broken'].map((each) => join(folder, `${model.replaceAll('/', '-')}-${each}`));
    try {
      const factory = factoryOf(minilm.embeddings, target.embeddings);
      for (const copy of [whole!, broken!]) cpSync(template, copy, { recursive: true });
      const { plan, seconds, moved } = await withStore(whole!, factory, async (store) => {
        const planned = await store.migrations!.plan({ model }, limit());
        const begun = performance.now();
        const done = await store.migrations!.run({ model }, { signal: limit(), questions: ['How is a budget kept?'] });
        return { plan: planned, seconds: (performance.now() - begun) / 1_000, moved: done };
      });
      expect(plan).toMatchObject({ texts: passages, how: 'embed', usd: 0 });
      expect(moved.verification).toMatchObject({ isSound: true, foundFirst: Math.min(100, passages) });
      for (let number = 0; number < INTERRUPTIONS; number += 1) {
        await withStore(broken!, factory, (store) => breakOff(store, model));
      }
      const last = await withStore(broken!, factory, (store) => store.migrations!.run({ model }, { signal: limit() }));
      const cosine = lowestCosine(whole!, broken!);
      expect(cosine).toBeGreaterThanOrEqual(0.9999);
      expect(last.verification.vectors).toBe(moved.verification.vectors);
      const [from, to] = [minilm.embeddings.space, target.embeddings.space];
      expect(from.spaceId).not.toBe(to.spaceId);
      const { overlapAt10 } = moved.verification;
      report({
        name,
        from: from.name,
        to: to.name,
        dimensions: to.dimensions,
        planned: plan.seconds,
        seconds,
        cosine,
        overlapAt10,
      });
    } finally {
      await target.dispose();
    }
  });
});

/** Gives up after the first window of this run. */
async function breakOff(store: KnowledgeStore, model: string): Promise<void> {
  const given = new AbortController();
  const run = store.migrations!.run(
    { model },
    {
      signal: AbortSignal.any([given.signal, limit()]),
      onProgress: ({ phase, done }) => {
        if (phase === 'embed' && done > 0) given.abort();
      },
    },
  );
  await run.catch((error: unknown) => {
    if (!given.signal.aborted) throw error;
  });
}
