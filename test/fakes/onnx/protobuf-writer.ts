/** A message on the protobuf wire, as it is put together: each method adds one field by its number. */
export class ProtobufWriter {
  readonly #pieces: Buffer[] = [];

  /** A whole number that is not negative. */
  int(field: number, value: number): this {
    this.#pieces.push(varint(field * 8), varint(value));
    return this;
  }

  bytes(field: number, value: Uint8Array): this {
    this.#pieces.push(varint(field * 8 + 2), varint(value.byteLength), Buffer.from(value));
    return this;
  }

  text(field: number, value: string): this {
    return this.bytes(field, Buffer.from(value));
  }

  message(field: number, value: ProtobufWriter): this {
    return this.bytes(field, value.finish());
  }

  finish(): Buffer {
    return Buffer.concat(this.#pieces);
  }
}

function varint(value: number): Buffer {
  const bytes: number[] = [];
  let rest = value;
  do {
    const low = rest % 128;
    rest = Math.floor(rest / 128);
    bytes.push(rest > 0 ? low + 128 : low);
  } while (rest > 0);
  return Buffer.from(bytes);
}
