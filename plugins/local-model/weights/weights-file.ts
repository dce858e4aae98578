import { join } from 'node:path';
import { isEmbedderEntry, parseChatWeights, parseEmbedderWeights } from '../catalogue/weights-catalogue.ts';
import type { FileSources, WeightsEntryInput } from '../catalogue/weights-entry.ts';

/** One file of an entry of the catalogue, as it is found, checked and fetched. */
export interface WeightsFile {
  /** Id of the entry it belongs to. */
  readonly id: string;
  readonly title: string;
  /** Path below the models folder. */
  readonly name: string;
  readonly sha256: string;
  readonly bytes: number;
  readonly sources: FileSources;
}

/** The files of an entry, the weights first. A chat model is one file; an embedder has a folder of its own. */
export function filesOf(input: WeightsEntryInput): readonly WeightsFile[] {
  if (!isEmbedderEntry(input)) {
    const { id, title, fileName, sha256, bytes, sources } = parseChatWeights(input);
    return [{ id, title, name: fileName, sha256, bytes, sources }];
  }
  const { id, title, files } = parseEmbedderWeights(input);
  return [files.model, files.tokenizer].map(({ path, sha256, bytes, sources }) => ({
    id,
    title,
    name: join(id, path),
    sha256,
    bytes,
    sources,
  }));
}

/** Bytes of all files of an entry together. */
export function totalBytes(input: WeightsEntryInput): number {
  return filesOf(input).reduce((sum, { bytes }) => sum + bytes, 0);
}

/** Where a file may lie below a folder: under its own name, or as a hub's client lays it out, `<owner>/<name>/<file>`. */
export function placesOf(file: WeightsFile): readonly string[] {
  const hub = file.sources.flatMap((source) => (source.kind === 'hub' ? [join(source.repository, source.file)] : []));
  return [...new Set([file.name, ...hub])];
}
