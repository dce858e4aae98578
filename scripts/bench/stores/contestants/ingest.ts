import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  BUILT_IN_LOADERS,
  EMBEDDINGS_FACTORY,
  ingestFolder,
  KNOWLEDGE_STORES,
  type KnowledgeStore,
  type SpaceBoundEmbeddings,
} from '../../../../src/index.ts';
import { createHost } from '../../../../src/host.ts';
import { embeddingTextOf } from '../../../../src/kernel/embedding-text.ts';
import type { IngestMeasured, Job } from '../job.ts';
import { StoredEmbeddings } from '../stored-embeddings.ts';
import { openBenchStore } from './knowledge-store.ts';

type IngestJob = Extract<Job, { readonly kind: 'ingest' }>;

function limit(): AbortSignal {
  return AbortSignal.timeout(900_000);
}

/** Each different text that the store embedded, as the embedder got it. */
async function embeddedTexts(store: KnowledgeStore): Promise<readonly string[]> {
  const texts = new Set<string>();
  for (const { path } of await store.sources(limit())) {
    for (const chunk of (await store.read(path, limit()))?.chunks ?? []) texts.add(embeddingTextOf(chunk));
  }
  return [...texts];
}

async function measure(store: KnowledgeStore, model: SpaceBoundEmbeddings, folder: string): Promise<IngestMeasured> {
  // The model is loaded, and the program warm, before either is measured.
  await model.embed(
    Array.from({ length: 64 }, (_, at) => `a text to warm up with, number ${at}`),
    {
      role: 'document',
      signal: limit(),
    },
  );
  const begun = performance.now();
  const report = await ingestFolder({ folder, store, loaders: BUILT_IN_LOADERS, signal: limit() });
  const pipelineSeconds = (performance.now() - begun) / 1000;
  const texts = await embeddedTexts(store);
  // Nothing may come from its cache.
  model.forget(texts);
  const begunAlone = performance.now();
  await model.embed(texts, { role: 'document', signal: limit() });
  const aloneSeconds = (performance.now() - begunAlone) / 1000;
  if (texts.length !== report.embedded) throw new Error(`${report.embedded} embedded, but ${texts.length} read back`);
  return { embedder: model.space.name, files: report.files, texts: texts.length, pipelineSeconds, aloneSeconds };
}

/** Ingests a folder with the model of this machine, then embeds the same texts by the model alone. */
export async function measureIngest({ folder, home, embedder }: IngestJob): Promise<IngestMeasured> {
  if (embedder === 'stored') {
    const model = new StoredEmbeddings(32);
    const store = await openBenchStore(join(home, 'store'), 'exact', model);
    try {
      return await measure(store, model, folder);
    } finally {
      await store.close();
    }
  }
  if (!existsSync(home)) throw new Error(`${home} is not there`);
  const host = await createHost({ flags: { home, set: ['routing.cloud.allow=false'] } });
  try {
    await host.start(limit());
    const store = await host.get(KNOWLEDGE_STORES).open('projects', 'bench', limit(), { create: true });
    try {
      return await measure(store, await host.get(EMBEDDINGS_FACTORY).for('projects', limit()), folder);
    } finally {
      await store.close();
    }
  } finally {
    await host.stop();
  }
}
