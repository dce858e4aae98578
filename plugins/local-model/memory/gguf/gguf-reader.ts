/** A value of a GGUF header; of arrays only the length is kept, since lists of words are long and not needed. */
export type GgufValue = number | bigint | boolean | string | { readonly length: number };

/** More of a header than this is not read: those of models with large vocabularies take 6 to 20 MiB. */
const MOST_HEADER_BYTES = 64 * 1024 * 1024;

/** Types of values, by number: ggml's `gguf_type` (ggml/include/gguf.h). */
const FIXED: Readonly<Record<number, number>> = { 0: 1, 1: 1, 2: 2, 3: 2, 4: 4, 5: 4, 6: 4, 7: 1, 10: 8, 11: 8, 12: 8 };
const STRING = 8;
const ARRAY = 9;
/** Longer texts than this are stepped over: licences and templates are not what is asked for. */
const LONGEST_TEXT = 4096;
const LONGEST_KEY = 65_535;

/** That a file is no GGUF, or no whole one; the message says where. */
export class GgufFault extends Error {}

/** Reads values one after another out of a file that is fetched piece by piece; never beyond `MOST_HEADER_BYTES`. */
export class GgufReader {
  readonly #fetch: (position: number, bytes: number) => Promise<Uint8Array>;
  #piece: DataView = new DataView(new ArrayBuffer(0));
  #start = 0;
  #position = 0;

  constructor(fetch: (position: number, bytes: number) => Promise<Uint8Array>) {
    this.#fetch = fetch;
  }

  async uint32(): Promise<number> {
    return (await this.#view(4)).getUint32(0, true);
  }

  /** Lengths and counts; a number that no header can have is a fault. */
  async count(): Promise<number> {
    const value = (await this.#view(8)).getBigUint64(0, true);
    if (value > BigInt(MOST_HEADER_BYTES)) throw new GgufFault(`a count of ${value} at byte ${this.#position - 8}`);
    return Number(value);
  }

  async #uint64(): Promise<bigint> {
    return (await this.#view(8)).getBigUint64(0, true);
  }

  /** A key of a value, or the name of a tensor. */
  async key(): Promise<string> {
    const length = await this.count();
    if (length > LONGEST_KEY) throw new GgufFault(`a key of ${length} bytes at byte ${this.#position}`);
    return this.#text(length);
  }

  async value(): Promise<GgufValue> {
    return this.#value(await this.uint32());
  }

  /** Size and type of one tensor, its place in the file left out. */
  async tensor(): Promise<{ readonly name: string; readonly elements: number; readonly type: number }> {
    const name = await this.key();
    const dimensions = await this.uint32();
    if (dimensions > 8) throw new GgufFault(`a tensor of ${dimensions} dimensions`);
    let elements = 1;
    for (let index = 0; index < dimensions; index += 1) elements *= Number(await this.#uint64());
    const type = await this.uint32();
    await this.#uint64();
    return { name, elements, type };
  }

  async #value(type: number): Promise<GgufValue> {
    if (type === STRING) {
      const length = await this.count();
      if (length <= LONGEST_TEXT) return this.#text(length);
      this.#skip(length);
      return { length };
    }
    return type === ARRAY ? this.#array() : this.#fixed(type);
  }

  async #array(): Promise<GgufValue> {
    const type = await this.uint32();
    const length = await this.count();
    const width = FIXED[type];
    // Heads may be told layer by layer; the first tells enough where all are equal, and the largest is what memory needs.
    if (width !== undefined && length > 0 && length <= 1024 && type !== 7) return this.#largest(type, length);
    if (width !== undefined) this.#skip(width * length);
    else if (type === STRING) await this.#skipTexts(length);
    else throw new GgufFault(`an array of type ${type} at byte ${this.#position}`);
    return { length };
  }

  async #largest(type: number, length: number): Promise<GgufValue> {
    let largest = -Infinity;
    for (let index = 0; index < length; index += 1) largest = Math.max(largest, Number(await this.#fixed(type)));
    return largest;
  }

  async #fixed(type: number): Promise<number | bigint | boolean> {
    const width = FIXED[type];
    if (width === undefined) throw new GgufFault(`a value of type ${type} at byte ${this.#position}`);
    const view = await this.#view(width);
    if (type === 7) return view.getUint8(0) !== 0;
    if (type === 6) return view.getFloat32(0, true);
    if (type === 12) return view.getFloat64(0, true);
    if (width === 8) return type === 10 ? view.getBigUint64(0, true) : view.getBigInt64(0, true);
    if (width === 4) return type === 4 ? view.getUint32(0, true) : view.getInt32(0, true);
    if (width === 2) return type === 2 ? view.getUint16(0, true) : view.getInt16(0, true);
    return type === 0 ? view.getUint8(0) : view.getInt8(0);
  }

  async #text(length: number): Promise<string> {
    const { buffer, byteOffset } = await this.#view(length);
    return new TextDecoder().decode(new Uint8Array(buffer, byteOffset, length));
  }

  #skip(bytes: number): void {
    this.#position += bytes;
  }

  /** A vocabulary has 150,000 words: only a new piece of the file is waited for, not each word. */
  async #skipTexts(count: number): Promise<void> {
    for (let index = 0; index < count; index += 1) {
      const offset = this.#position - this.#start;
      const isHere = offset >= 0 && offset + 8 <= this.#piece.byteLength;
      const length = isHere ? Number(this.#piece.getBigUint64(offset, true)) : await this.count();
      this.#skip(isHere ? 8 + length : length);
    }
  }

  async #view(bytes: number): Promise<DataView> {
    const end = this.#position + bytes;
    if (end > MOST_HEADER_BYTES) throw new GgufFault(`a header of more than ${MOST_HEADER_BYTES} bytes`);
    if (this.#position < this.#start || end > this.#start + this.#piece.byteLength) await this.#load(bytes);
    const view = new DataView(this.#piece.buffer, this.#piece.byteOffset + this.#position - this.#start, bytes);
    this.#position = end;
    return view;
  }

  async #load(bytes: number): Promise<void> {
    const piece = await this.#fetch(this.#position, Math.max(bytes, 1024 * 1024));
    if (piece.byteLength < bytes)
      throw new GgufFault(`the file ends at byte ${this.#position + piece.byteLength}, within its header`);
    this.#piece = new DataView(piece.buffer, piece.byteOffset, piece.byteLength);
    this.#start = this.#position;
  }
}
