import { createReadStream } from 'node:fs';

/** One piece of a docstore: a document entry, or the mapping of rows to ids behind them all. */
type DocstorePiece =
  { readonly type: 'entry'; readonly value: unknown } | { readonly type: 'mapping'; readonly value: unknown };

const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const OPEN_ARRAY = 0x5b;
const CLOSE_ARRAY = 0x5d;
const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;
/** Depth at which an entry begins in `[[entry, ...], mapping]`, and at which the mapping does. */
const ENTRY_DEPTH = 3;
const MAPPING_DEPTH = 2;

/** Cuts a docstore into its pieces while it is read: the whole is longer than a string may be. */
class PieceCutter {
  #depth = 0;
  #isInString = false;
  #isEscaped = false;
  #parts: Buffer[] | undefined;
  #closeDepth = 0;

  /** Whether the outermost array was closed. */
  isComplete = false;

  *feed(block: Buffer): Generator<DocstorePiece> {
    let start = 0;
    for (let at = 0; at < block.length; at += 1) {
      const byte = block[at]!;
      if (this.#isInString) this.#stepInString(byte);
      else if (byte === QUOTE) this.#isInString = true;
      else if (byte === OPEN_ARRAY || byte === OPEN_OBJECT) {
        this.#depth += 1;
        if (this.#parts === undefined && this.#beginsPiece(byte)) {
          this.#parts = [];
          this.#closeDepth = this.#depth - 1;
          start = at;
        }
      } else if (byte === CLOSE_ARRAY || byte === CLOSE_OBJECT) {
        this.#depth -= 1;
        if (this.#parts !== undefined && this.#depth === this.#closeDepth) {
          this.#parts.push(block.subarray(start, at + 1));
          yield this.#finish(byte);
        } else if (this.#depth === 0) this.isComplete = true;
      }
    }
    this.#parts?.push(Buffer.from(block.subarray(start)));
  }

  #stepInString(byte: number): void {
    if (this.#isEscaped) this.#isEscaped = false;
    else if (byte === BACKSLASH) this.#isEscaped = true;
    else if (byte === QUOTE) this.#isInString = false;
  }

  #beginsPiece(byte: number): boolean {
    if (byte === OPEN_ARRAY) return this.#depth === ENTRY_DEPTH;
    return this.#depth === MAPPING_DEPTH;
  }

  #finish(byte: number): DocstorePiece {
    const text = Buffer.concat(this.#parts ?? []).toString('utf8');
    this.#parts = undefined;
    return { type: byte === CLOSE_ARRAY ? 'entry' : 'mapping', value: JSON.parse(text) as unknown };
  }
}

/** Reads a docstore piece by piece. Throws SyntaxError for what is no JSON or ends too early, and what the file system throws. */
export async function* readDocstore(path: string, signal: AbortSignal): AsyncGenerator<DocstorePiece> {
  const cutter = new PieceCutter();
  for await (const block of createReadStream(path, { signal, highWaterMark: 1 << 20 })) {
    yield* cutter.feed(block as Buffer);
  }
  if (!cutter.isComplete) throw new SyntaxError('the file ends too early');
}
