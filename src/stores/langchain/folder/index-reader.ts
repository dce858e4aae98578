import { open, type FileHandle } from 'node:fs/promises';
import { FLAT_HEADER_BYTES, flatFileBytes, readFlatHeader, type FlatHeader } from '../../indexes/faiss/flat-file.ts';

const VECTORS_A_READ = 1_024;

/** The vectors of a flat index, read from its file without faiss. */
export class IndexReader {
  readonly header: FlatHeader;
  readonly #file: FileHandle;

  private constructor(file: FileHandle, header: FlatHeader) {
    this.#file = file;
    this.header = header;
  }

  /** Opens the file; one line that says why not when it is not what its header says. Throws what the file system throws. */
  static async open(path: string): Promise<IndexReader | string> {
    const file = await open(path, 'r');
    const start = Buffer.alloc(FLAT_HEADER_BYTES);
    const { bytesRead } = await file.read(start, 0, FLAT_HEADER_BYTES, 0);
    const header = readFlatHeader(start.subarray(0, bytesRead));
    const { size } = await file.stat();
    if (typeof header !== 'string' && size === flatFileBytes(header)) return new IndexReader(file, header);
    await file.close();
    if (typeof header === 'string') return header;
    return `it has ${size} bytes where ${header.count} vectors of ${header.dimensions} dimensions need ${flatFileBytes(header)}`;
  }

  /** Vectors from `first` on, one after another; fewer at the end. */
  async read(first: number, count: number): Promise<Float32Array> {
    const { dimensions, count: all } = this.header;
    const vectors = new Float32Array(Math.max(0, Math.min(count, all - first)) * dimensions);
    const bytes = new Uint8Array(vectors.buffer);
    const position = FLAT_HEADER_BYTES + 4 * dimensions * first;
    for (let done = 0; done < bytes.length;) {
      const { bytesRead } = await this.#file.read(bytes, done, bytes.length - done, position + done);
      if (bytesRead === 0) throw new RangeError('the index was cut short while it was read');
      done += bytesRead;
    }
    return vectors;
  }

  /** Length of each vector. */
  async norms(signal: AbortSignal): Promise<Float32Array> {
    const { dimensions, count } = this.header;
    const norms = new Float32Array(count);
    for (let first = 0; first < count; first += VECTORS_A_READ) {
      signal.throwIfAborted();
      const vectors = await this.read(first, VECTORS_A_READ);
      for (let at = 0; at * dimensions < vectors.length; at += 1) {
        let sum = 0;
        for (let place = at * dimensions; place < (at + 1) * dimensions; place += 1) sum += vectors[place]! ** 2;
        norms[first + at] = Math.sqrt(sum);
      }
    }
    return norms;
  }

  close(): Promise<void> {
    return this.#file.close();
  }
}
