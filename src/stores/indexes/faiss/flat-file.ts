/** Bytes before the vectors in the file of a flat faiss index (`faiss::write_index`, libfaiss 1.7). */
export const FLAT_HEADER_BYTES = 45;

/** How a flat index compares: by inner product, or by squared distance as LangChain's store wants it. */
export type FlatMetric = 'inner-product' | 'l2';

/** What the header of a flat index says. */
export interface FlatHeader {
  readonly metric: FlatMetric;
  readonly dimensions: number;
  readonly count: number;
}

const KINDS: Readonly<Record<FlatMetric, { readonly mark: string; readonly number: number }>> = {
  'inner-product': { mark: 'IxFI', number: 0 },
  l2: { mark: 'IxF2', number: 1 },
};
const MARKS: Readonly<Record<string, FlatMetric>> = { IxFI: 'inner-product', IxF2: 'l2' };
/** Two unused fields that faiss fills with this. */
const UNUSED = 1n << 20n;

/**
 * The header as faiss writes it: mark, dimensions, count, two unused numbers, "is trained", metric, number of floats.
 * The vectors follow as 32-bit floats, little endian.
 */
export function flatHeader({ metric, dimensions, count }: FlatHeader): Buffer {
  const header = Buffer.alloc(FLAT_HEADER_BYTES);
  const kind = KINDS[metric];
  header.write(kind.mark, 0, 'latin1');
  header.writeInt32LE(dimensions, 4);
  header.writeBigInt64LE(BigInt(count), 8);
  header.writeBigInt64LE(UNUSED, 16);
  header.writeBigInt64LE(UNUSED, 24);
  header.writeUInt8(1, 32);
  header.writeInt32LE(kind.number, 33);
  header.writeBigUInt64LE(BigInt(count) * BigInt(dimensions), 37);
  return header;
}

/** Reads the header of a flat index; otherwise one line that says what it is instead. */
export function readFlatHeader(header: Uint8Array): FlatHeader | string {
  if (header.byteLength < FLAT_HEADER_BYTES) return 'it is too short for an index';
  const view = Buffer.from(header.buffer, header.byteOffset, header.byteLength);
  const mark = view.toString('latin1', 0, 4);
  const metric = MARKS[mark];
  if (metric === undefined) {
    return /^I[\w]{3}$/.test(mark) ? `it is an index of the kind ${mark}, not a flat one` : 'it is no faiss index';
  }
  const dimensions = view.readInt32LE(4);
  const count = Number(view.readBigInt64LE(8));
  const floats = Number(view.readBigUInt64LE(37));
  if (dimensions < 1 || count < 0 || floats !== dimensions * count) return 'its header contradicts itself';
  return { metric, dimensions, count };
}

/** Length of the file of a flat index. */
export function flatFileBytes({ dimensions, count }: Pick<FlatHeader, 'dimensions' | 'count'>): number {
  return FLAT_HEADER_BYTES + 4 * dimensions * count;
}
