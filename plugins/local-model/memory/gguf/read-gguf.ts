import { open } from 'node:fs/promises';
import { isAbsolute } from 'node:path';
import { systemCode } from 'wooster';
import { GgufFault, GgufReader, type GgufValue } from './gguf-reader.ts';

/** What the header of a GGUF file tells. */
export interface GgufHeader {
  readonly values: ReadonlyMap<string, GgufValue>;
  /** Weights in all tensors. */
  readonly parameters: number;
  /** Bytes of the tensors that llama.cpp's processor back end copies into an order of its own. */
  readonly repackedBytes: number;
  /** Size of the whole file. */
  readonly fileBytes: number;
}

const MAGIC = 0x46554747;
const MOST_VALUES = 10_000;
const MOST_TENSORS = 200_000;

/**
 * Types that llama.cpp repacks for the processor, with the bytes of a block and its weights: Q4_0, Q4_K and IQ4_NL
 * (ggml/src/ggml-cpu/repack.cpp; numbers of `ggml_type`). Embeddings are only looked up, and norms are no matrices.
 */
const REPACKED: Readonly<Record<number, readonly [number, number]>> = { 2: [18, 32], 12: [144, 256], 20: [18, 32] };

/**
 * Reads the header of a GGUF file (version 2 and 3, github.com/ggml-org/ggml docs/gguf.md), at most 64 MiB of it and no
 * weights. Undefined for a file that is none, is cut short within its header or cannot be read; throws only when the
 * signal aborts.
 */
export async function readGguf(path: string, signal: AbortSignal): Promise<GgufHeader | undefined> {
  signal.throwIfAborted();
  if (!isAbsolute(path)) return undefined;
  try {
    await using file = await open(path, 'r');
    const facts = await file.stat();
    if (!facts.isFile()) return undefined;
    const reader = new GgufReader(async (position, bytes) => {
      signal.throwIfAborted();
      const { buffer, bytesRead } = await file.read(new Uint8Array(bytes), 0, bytes, position);
      return buffer.subarray(0, bytesRead);
    });
    return { ...(await readHeader(reader)), fileBytes: facts.size };
  } catch (error) {
    signal.throwIfAborted();
    // Boundary: a file that cannot be read, or is none, tells nothing.
    if (error instanceof GgufFault || systemCode(error) !== undefined) return undefined;
    throw error;
  }
}

async function readHeader(reader: GgufReader): Promise<Omit<GgufHeader, 'fileBytes'>> {
  if ((await reader.uint32()) !== MAGIC) throw new GgufFault('another kind of file');
  const version = await reader.uint32();
  if (version !== 2 && version !== 3) throw new GgufFault(`version ${version}`);
  const tensors = await reader.count();
  const count = await reader.count();
  if (tensors > MOST_TENSORS || count > MOST_VALUES) throw new GgufFault(`${tensors} tensors and ${count} values`);
  const values = new Map<string, GgufValue>();
  for (let index = 0; index < count; index += 1) values.set(await reader.key(), await reader.value());
  return { values, ...(await readTensors(reader, tensors)) };
}

async function readTensors(
  reader: GgufReader,
  count: number,
): Promise<Pick<GgufHeader, 'parameters' | 'repackedBytes'>> {
  let parameters = 0;
  let repackedBytes = 0;
  for (let index = 0; index < count; index += 1) {
    const { name, elements, type } = await reader.tensor();
    parameters += elements;
    const block = REPACKED[type];
    if (block !== undefined && name !== 'token_embd.weight') repackedBytes += (elements / block[1]) * block[0];
  }
  return { parameters, repackedBytes };
}
