import { describe, expect, test } from '@jest/globals';
import type { EmbeddingsFactory, HostSettings, ProgressUpdate } from 'wooster';
import type { EmbeddedRuntime } from '../../../../plugins/local-model/runtime/embedded-runtime.ts';
import { embeddingsPreparation } from '../../../../plugins/local-model/runtime/embeddings-preparation.ts';

interface Case {
  readonly isEnabled?: boolean;
  readonly mayDownload?: boolean;
  readonly isPresent?: boolean;
  readonly model?: string;
  readonly ref?: string;
  readonly failure?: Error;
}

function setUp(options: Case) {
  const { isEnabled = true, mayDownload = true, isPresent = false, model = 'tiny', ref = 'inside:tiny' } = options;
  const prepared: unknown[] = [];
  const told: string[] = [];
  let listeners = 0;
  const runtime = {
    mayDownload,
    onPreparation: (listener: { update(update: ProgressUpdate): void }) => {
      listeners += 1;
      listener.update({ label: 'downloading' });
      return { dispose: () => void (listeners -= 1) };
    },
    embedders: {
      named: (name: string) => (name === 'tiny' ? [{ id: 'tiny' }] : []),
      isPresent: async () => isPresent,
      prepare: async (id: string, { isAskedFor }: { isAskedFor: boolean }) => {
        prepared.push([id, isAskedFor]);
        if (options.failure !== undefined) throw options.failure;
      },
    },
  } as unknown as EmbeddedRuntime;
  const settings = {
    embeddings: { projects: { isEnabled, model, fallbackToCloud: false } },
    providers: [
      { id: 'inside', kind: 'embedded' },
      { id: 'server', kind: 'ollama' },
    ],
  } as unknown as HostSettings;
  const status = async () => ({ models: [], purposes: [{ purpose: 'projects', isEnabled, model, ref }] });
  const preparation = embeddingsPreparation(
    { settings, embeddings: () => ({ status }) as unknown as EmbeddingsFactory },
    runtime,
  );
  const progress = {
    update: ({ label }: ProgressUpdate) => void told.push(label),
    note: () => {},
    finish: () => void told.push('finished'),
  };
  const run = (): Promise<void> => preparation.prepare('projects', { signal: new AbortController().signal, progress });
  return { run, prepared, told, listeners: () => listeners };
}

describe('the preparation of embeddings', () => {
  test('fetches the missing embedder that would serve the purpose, unasked for, with progress that ends', async () => {
    const made = setUp({});
    await made.run();
    expect(made.prepared).toEqual([['tiny', false]]);
    expect(made.told).toEqual(['downloading', 'finished']);
    expect(made.listeners()).toBe(0);
  });

  test.each<[string, Case]>([
    ['is here', { isPresent: true }],
    ['may not be fetched', { mayDownload: false }],
    ['is of a purpose that is off', { isEnabled: false }],
    ['has no weights of ours', { model: 'other' }],
    ['is served by a server', { ref: 'server:tiny' }],
  ])('does nothing for a model that %s', async (_name, options) => {
    const made = setUp(options);
    await made.run();
    expect([made.prepared, made.told]).toEqual([[], []]);
  });

  test('passes a failure on, and lets go of the progress', async () => {
    const made = setUp({ failure: new Error('no connection') });
    await expect(made.run()).rejects.toThrow('no connection');
    expect([made.told.at(-1), made.listeners()]).toEqual(['finished', 0]);
  });
});
