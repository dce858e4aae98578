import { dirname } from 'node:path';
import { DISK, type FileLayer, type WrittenFile } from '../../../kernel/files/file-layer.ts';
import { FLAT_HEADER_BYTES, flatHeader, type FlatMetric } from './flat-file.ts';

/** Vectors as bytes; faiss and every machine Node runs on are little endian. */
function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
}

interface FlatKind {
  readonly metric: FlatMetric;
  readonly dimensions: number;
}

/** Writes the file of a flat index some vectors at a time, byte for byte as faiss does. Throws what the file system throws. */
export class FlatFileWriter {
  readonly path: string;
  readonly #files: FileLayer;
  readonly #file: WrittenFile;
  readonly #kind: FlatKind;
  #count = 0;

  private constructor(path: string, kind: FlatKind, at: { readonly files: FileLayer; readonly file: WrittenFile }) {
    this.path = path;
    this.#kind = kind;
    this.#files = at.files;
    this.#file = at.file;
  }

  /** Makes the file, and its folder; readable by this user only. */
  static async create(path: string, kind: FlatKind, files: FileLayer = DISK): Promise<FlatFileWriter> {
    await files.makeFolder(dirname(path), 0o700);
    // What a dead process of the same number left.
    await files.remove(path);
    const writer = new FlatFileWriter(path, kind, { files, file: await files.create(path) });
    await writer.#file.write(Buffer.alloc(FLAT_HEADER_BYTES), 0);
    return writer;
  }

  /** Vectors written. */
  get count(): number {
    return this.#count;
  }

  async append(vectors: Float32Array): Promise<void> {
    const at = FLAT_HEADER_BYTES + 4 * this.#kind.dimensions * this.#count;
    await this.#file.write(bytesOf(vectors), at);
    this.#count += vectors.length / this.#kind.dimensions;
  }

  /** Writes the header, which tells the count; `isLasting` waits until the disk has it all. */
  async finish(isLasting = false): Promise<void> {
    await this.#file.write(flatHeader({ ...this.#kind, count: this.#count }), 0);
    if (isLasting) await this.#file.sync();
    await this.#file.close();
  }

  /** Gives up: the file is deleted. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await this.#files.remove(this.path);
  }
}
