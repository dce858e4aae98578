import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ingestFolder } from '../../src/ingest/ingest-folder.ts';
import type { IngestOptions } from '../../src/ingest/ingest-options.ts';
import type { IngestReport } from '../../src/ingest/ingest-report.ts';
import { BUILT_IN_LOADERS } from '../../src/ingest/load/built-in-loaders.ts';
import { EmbeddingsDouble } from '../doubles/embeddings-double.ts';
import { KnowledgeStoreDouble } from '../doubles/knowledge-store-double.ts';

/** A temporary folder and a store in memory for it. */
export class FolderRig {
  readonly folder: string;
  readonly embeddings = new EmbeddingsDouble();
  readonly store = new KnowledgeStoreDouble({ embeddings: this.embeddings });

  private constructor(folder: string) {
    this.folder = folder;
  }

  static async create(): Promise<FolderRig> {
    return new FolderRig(await mkdtemp(join(tmpdir(), 'ingest-')));
  }

  path(path: string): string {
    return join(this.folder, path);
  }

  async write(files: Readonly<Record<string, string | Uint8Array>>): Promise<void> {
    for (const [path, content] of Object.entries(files)) {
      await mkdir(dirname(this.path(path)), { recursive: true });
      await writeFile(this.path(path), content);
    }
  }

  ingest(options: Partial<IngestOptions> = {}): Promise<IngestReport> {
    const { signal } = new AbortController();
    const { folder, store } = this;
    return ingestFolder({ folder, store, loaders: BUILT_IN_LOADERS, signal, ...options });
  }

  /** Paths that the store holds, sorted. */
  held(): string[] {
    return [...this.store.held.keys()].sort();
  }

  dispose(): Promise<void> {
    return rm(this.folder, { recursive: true, force: true });
  }
}
