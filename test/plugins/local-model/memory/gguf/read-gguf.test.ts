import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { factsOfHeader, factsOfValues } from '../../../../../plugins/local-model/memory/gguf/gguf-facts.ts';
import { readGguf, type GgufHeader } from '../../../../../plugins/local-model/memory/gguf/read-gguf.ts';
import { ggufBytes, type HeaderValue } from './gguf-bytes.ts';

const signal = new AbortController().signal;
let folder: string;
let path: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'gguf-'));
  path = join(folder, 'model.gguf');
});
afterAll(() => rm(folder, { recursive: true, force: true }));

async function read(bytes: Uint8Array): Promise<GgufHeader | undefined> {
  await writeFile(path, bytes);
  return readGguf(path, signal);
}

const WORDS = Array.from({ length: 2000 }, (_, index) => `word${index}`);
const QWEN: Readonly<Record<string, HeaderValue>> = {
  'general.architecture': 'qwen2',
  'general.name': 'Qwen2.5 Coder 0.5B Instruct',
  'general.license': 'apache-2.0',
  'general.file_type': 15,
  'tokenizer.ggml.tokens': WORDS,
  'qwen2.block_count': 24,
  'qwen2.context_length': 32_768,
  'qwen2.embedding_length': 896,
  'qwen2.attention.head_count': 14,
  'qwen2.attention.head_count_kv': 2,
};

describe('the header of a GGUF file', () => {
  test('tells shape, window, licence, quantisation, parameters and what is repacked', async () => {
    const header = (await read(
      ggufBytes(QWEN, [
        ['token_embd.weight', [896, 2000], 12],
        ['blk.0.ffn_down.weight', [256, 4], 12],
        ['output_norm.weight', [896], 0],
      ]),
    ))!;
    expect(header.repackedBytes).toBe(4 * 144);
    expect(factsOfHeader(header)).toEqual({
      shape: { layers: 24, kvHeads: 2, keyLength: 64, valueLength: 64, embeddingLength: 896, vocabularySize: 2000 },
      contextTokens: 32_768,
      licence: 'apache-2.0',
      name: 'Qwen2.5 Coder 0.5B Instruct',
      quantization: 'Q4_K_M',
      parameters: 896 * 2000 + 1024 + 896,
    });
  });

  test('tells the sliding window of the architectures whose layers are known', async () => {
    const gemma = {
      'general.architecture': 'gemma3',
      'gemma3.block_count': 48,
      'gemma3.embedding_length': 3840,
      'gemma3.attention.head_count': 16,
      'gemma3.attention.head_count_kv': 8,
      'gemma3.attention.key_length': 256,
      'gemma3.attention.value_length': 256,
      'gemma3.attention.sliding_window': 1024,
    };
    const facts = factsOfHeader((await read(ggufBytes(gemma)))!);
    expect(facts.shape).toMatchObject({ keyLength: 256, slidingWindow: { tokens: 1024, layers: 40 } });
    expect(factsOfValues((key) => ({ ...gemma, 'general.architecture': 'other' })[key]).shape).toBeUndefined();
  });

  test('takes the largest of heads that are told layer by layer', async () => {
    const facts = factsOfHeader((await read(ggufBytes({ ...QWEN, 'qwen2.attention.head_count_kv': [2, 4, 2] })))!);
    expect(facts.shape?.kvHeads).toBe(4);
  });

  test.each([
    ['nothing', new Uint8Array()],
    ['another kind of file', Buffer.from('PK\u0003\u0004 and more than a few bytes of it')],
    ['a version to come', Buffer.concat([Buffer.from('GGUF'), Buffer.from([9, 0, 0, 0]), Buffer.alloc(16)])],
    [
      'counts that no file has',
      Buffer.concat([Buffer.from('GGUF'), Buffer.from([3, 0, 0, 0]), Buffer.alloc(16, 0xff)]),
    ],
  ])('of %s is none', async (_, bytes) => {
    expect(await read(bytes)).toBeUndefined();
  });

  test('of a missing file, a folder and a relative path is none', async () => {
    expect(await readGguf(join(folder, 'missing'), signal)).toBeUndefined();
    expect(await readGguf(folder, signal)).toBeUndefined();
    expect(await readGguf('model.gguf', signal)).toBeUndefined();
  });

  test('is not read when the caller has given up', async () => {
    await read(ggufBytes(QWEN));
    await expect(readGguf(path, AbortSignal.abort(new Error('enough')))).rejects.toThrow('enough');
  });

  test('cut anywhere, or with any byte wrong, never makes it throw or wait', async () => {
    const whole = ggufBytes(QWEN, [['a.weight', [64, 4], 2]]);
    const damage = fc.record({
      length: fc.integer({ min: 0, max: whole.length }),
      at: fc.nat(whole.length - 1),
      byte: fc.nat(255),
    });
    await fc.assert(
      fc.asyncProperty(damage, async ({ length, at, byte }) => {
        const bytes = Buffer.from(whole);
        bytes[at] = byte;
        const header = await read(bytes.subarray(0, length));
        if (header !== undefined) factsOfHeader(header);
      }),
      { numRuns: 150 },
    );
  });
});
