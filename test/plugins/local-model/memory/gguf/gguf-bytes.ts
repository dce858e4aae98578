/** A tensor of a header: its name, its dimensions and the number of its type. */
export type TensorLine = readonly [name: string, dimensions: readonly number[], type: number];

/** A value of a header: a text, a 32-bit number, or a list of either. */
export type HeaderValue = string | number | readonly string[] | readonly number[];

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

function text(value: string): Buffer {
  const bytes = Buffer.from(value);
  return Buffer.concat([uint64(bytes.length), bytes]);
}

function valueBytes(value: HeaderValue): Buffer {
  if (typeof value === 'string') return Buffer.concat([uint32(8), text(value)]);
  if (typeof value === 'number') return Buffer.concat([uint32(4), uint32(value)]);
  const isText = typeof value[0] === 'string';
  const items = value.map((item) => (typeof item === 'string' ? text(item) : uint32(item)));
  return Buffer.concat([uint32(9), uint32(isText ? 8 : 4), uint64(value.length), ...items]);
}

/** The bytes of a GGUF header of version 3, without weights. */
export function ggufBytes(values: Readonly<Record<string, HeaderValue>>, tensors: readonly TensorLine[] = []): Buffer {
  const pairs = Object.entries(values).map(([key, value]) => Buffer.concat([text(key), valueBytes(value)]));
  const lines = tensors.map(([name, dimensions, type]) =>
    Buffer.concat([text(name), uint32(dimensions.length), ...dimensions.map(uint64), uint32(type), uint64(0)]),
  );
  return Buffer.concat([
    Buffer.from('GGUF'),
    uint32(3),
    uint64(tensors.length),
    uint64(pairs.length),
    ...pairs,
    ...lines,
  ]);
}
