import { describe, expect, test } from '@jest/globals';
import { call, clientOf, fakeServer } from './client-setup.ts';
import type { DialectId, Fault } from './fake-types.ts';

const servers: readonly { dialect: DialectId; wire: 'openai' | 'ollama' }[] = [
  { dialect: 'lmstudio', wire: 'openai' },
  { dialect: 'ollama', wire: 'ollama' },
];

describe.each(servers)('embeddings of $dialect', ({ dialect, wire }) => {
  const started = fakeServer({ dialect, models: [{ id: 'e', capabilities: ['embedding'], dimensions: 16 }] });
  const texts = ['one', 'two', 'three'];

  async function embed(faults: Fault[] = [], dimensions?: number): Promise<readonly Float32Array[]> {
    const server = await started;
    await server.script(faults.length === 0 ? [] : [{ match: { method: 'POST' }, faults }]);
    const client = clientOf(server.url, { dialect: wire });
    return (await client.embed({ model: 'e', texts, dimensions }, call())).vectors;
  }

  test('gives one vector a text, and asks for what keeps texts and numbers whole', async () => {
    const vectors = await embed([], 16);
    expect(vectors.map(({ length }) => length)).toEqual([16, 16, 16]);
    const [record] = await (await started).requests();
    expect(record?.body).toMatchObject(wire === 'openai' ? { encoding_format: 'float' } : { truncate: false });
  });

  test('puts vectors into the order of the texts', async () => {
    const right = await embed();
    if (wire === 'openai') expect(await embed([{ kind: 'shuffled-index' }])).toEqual(right);
    expect(right[0]).not.toEqual(right[1]);
  });

  test.each<[string, Fault]>([
    ['elements that are null', { kind: 'null-elements' }],
    ['zeros', { kind: 'zero-vectors' }],
    ['another length', { kind: 'wrong-dimensions', dimensions: 15 }],
    ['a quarter of the length', { kind: 'quarter-dimensions' }],
    ['too few rows', { kind: 'missing-rows', rows: 1 }],
  ])('refuses %s', async (_, fault) => {
    await expect(embed([fault], 16)).rejects.toMatchObject({ code: 'E_MALFORMED' });
  });
});
