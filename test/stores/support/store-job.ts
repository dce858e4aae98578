import type { KnowledgeSource, KnowledgeStore } from '../../../src/index.ts';
import { sourceOf } from './sources.ts';

/** What a run of a store does in tests that kill it; doing it again from the start ends in the same rows. */
export interface StoreJob {
  readonly files: number;
  readonly passages: number;
}

function signal(): AbortSignal {
  return AbortSignal.timeout(60_000);
}

function sourcesOf({ files, passages }: StoreJob, edition: string): KnowledgeSource[] {
  return Array.from({ length: files }, (_, file) =>
    sourceOf(
      `folder/${file}.md`,
      // Some passages are in several files, so that removing one file leaves their texts to another.
      Array.from({ length: passages }, (__, at) =>
        at === 0 ? `common passage ${file % 3}` : `passage ${at} of file ${file} in ${edition}`,
      ),
      { headings: ['Folder', `File ${file}`.slice(0, 6)] },
    ),
  );
}

/** Adds files, changes a third of them, removes a quarter. */
export async function runJob(store: KnowledgeStore, job: StoreJob): Promise<void> {
  const first = sourcesOf(job, 'the first edition');
  const second = sourcesOf(job, 'the second edition').filter((_, at) => at % 3 === 0);
  const place = await store.beginWriting('a job that is killed', signal());
  try {
    for (let at = 0; at < first.length; at += 8) await store.add(first.slice(at, at + 8), signal());
    await store.add(second, signal());
    const vanished = first.filter((_, at) => at % 4 === 1).map(({ path }) => path);
    await store.remove(vanished, signal());
  } finally {
    await place.dispose();
  }
}
