import { mkdir, open, rm, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { FLAT_HEADER_BYTES, flatHeader, type FlatMetric } from './flat-file.ts';

/** Vectors as bytes; faiss and every machine Node runs on are little endian. */
function bytesOf(vectors: Float32Array): Uint8Array {
  return new Uint8Array(vectors.buffer, vectors.byteOffset, vectors.byteLength);
}

/** Writes the file of a flat index some vectors at a time, byte for byte as faiss does. Throws what the file system throws. */
export class FlatFileWriter {
  readonly path: string;
  readonly #file: FileHandle;
  readonly #kind: { readonly metric: FlatMetric; readonly dimensions: number };
  #count = 0;

  private constructor(path: string, file: FileHandle, kind: { metric: FlatMetric; dimensions: number }) {
    this.path = path;
    this.#file = file;
    this.#kind = kind;
  }

  /** Makes the file, and its folder; readable by this user only. */
  static async create(path: string, kind: { metric: FlatMetric; dimensions: number }): Promise<FlatFileWriter> {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    const writer = new FlatFileWriter(path, await open(path, 'w', 0o600), kind);
    await writer.#write(Buffer.alloc(FLAT_HEADER_BYTES), 0);
    return writer;
  }

  /** Vectors written. */
  get count(): number {
    return this.#count;
  }

  async append(vectors: Float32Array): Promise<void> {
    const at = FLAT_HEADER_BYTES + 4 * this.#kind.dimensions * this.#count;
    await this.#write(bytesOf(vectors), at);
    this.#count += vectors.length / this.#kind.dimensions;
  }

  /** Writes the header, which tells the count; `isLasting` waits until the disk has it all. */
  async finish(isLasting = false): Promise<void> {
    await this.#write(flatHeader({ ...this.#kind, count: this.#count }), 0);
    if (isLasting) await this.#file.sync();
    await this.#file.close();
  }

  /** Gives up: the file is deleted. */
  async abandon(): Promise<void> {
    await this.#file.close().catch(() => undefined);
    await rm(this.path, { force: true });
  }

  /** A nearly full disk takes a part; the next write then says that it is full. */
  async #write(bytes: Uint8Array, position: number): Promise<void> {
    for (let done = 0; done < bytes.length;) {
      const { bytesWritten } = await this.#file.write(bytes, done, bytes.length - done, position + done);
      done += bytesWritten;
    }
  }
}
