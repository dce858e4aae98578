/** A line of the text protocol that is no text: a number or a name. */
const LONGEST_LINE = 4_096;
/** Longest text and longest run of bytes. */
const LONGEST_TEXT = 1 << 28;
const NEWLINE = 0x0a;

/** Reads a pickle from its start to its end; every read is checked against what is there. */
export class PickleBytes {
  readonly #bytes: Buffer;
  #at = 0;
  #opcode = 0;
  #opcodeAt = 0;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  /** The next opcode; faults that follow are told of it. */
  opcode(): number {
    this.#opcodeAt = this.#at;
    this.#opcode = 0;
    this.#opcode = this.unsigned(1);
    return this.#opcode;
  }

  /** The error of the opcode that is under way. */
  fault(what: string): SyntaxError {
    const opcode = `0x${this.#opcode.toString(16).padStart(2, '0')}`;
    return new SyntaxError(`opcode ${opcode} at byte ${this.#opcodeAt}: ${what}`);
  }

  take(length: number): Buffer {
    if (length > LONGEST_TEXT && length <= this.#bytes.length - this.#at)
      throw this.fault(`${length} bytes in one value are too many`);
    if (length > this.#bytes.length - this.#at) throw this.fault('the file ends too early');
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  /** A little-endian number of 1, 2, 4 or 8 bytes. */
  unsigned(width: 1 | 2 | 4 | 8): number {
    const bytes = this.take(width);
    if (width !== 8) return bytes.readUIntLE(0, width);
    const value = bytes.readBigUInt64LE();
    if (value > BigInt(this.#bytes.length)) throw this.fault('the file ends too early');
    return Number(value);
  }

  signed(): number {
    return this.take(4).readInt32LE();
  }

  double(): number {
    return this.take(8).readDoubleBE();
  }

  /** The bytes up to the end of the line; those of texts may be long. */
  line(longest = LONGEST_LINE): Buffer {
    const end = this.#bytes.indexOf(NEWLINE, this.#at);
    if (end === -1) throw this.fault('the file ends too early');
    if (end - this.#at > longest) throw this.fault('a line is too long');
    const line = this.#bytes.subarray(this.#at, end);
    this.#at = end + 1;
    return line;
  }

  textLine(): Buffer {
    return this.line(LONGEST_TEXT);
  }
}
