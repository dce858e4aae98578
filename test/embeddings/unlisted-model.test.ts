import { expect, test } from '@jest/globals';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig } from './embedding-rig.ts';

const DIGEST = 'a'.repeat(64);

test('the space of a model that the settings name is made of what its server tells, also when that comes late', async () => {
  const server = embedder('own', [{ id: 'all-minilm', digest: DIGEST, quantization: 'int8', dimensions: 8 }], {
    model: 'mini',
  });
  const { factory } = embeddingRig({ providers: [server] });
  const { resolve, promise } = Promise.withResolvers<void>();
  server.provider.probeGate = promise;
  setTimeout(resolve, 700);
  const embeddings = await factory.for('projects', NEVER);
  expect(embeddings.space).toMatchObject({ weights: `sha256:${DIGEST}`, quantization: 'int8' });
  await expect(embeddings.embedQuery('hello')).resolves.toHaveLength(8);
  expect(new Set(server.provider.requests.map(({ modelId }) => modelId))).toEqual(new Set(['all-minilm']));
});

test('a server that never tells more than a name is waited for once, and not for each call', async () => {
  const server = embedder('own', [{ id: 'mini', dimensions: 8 }], { model: 'mini' });
  const { factory, makeFactory } = embeddingRig({ providers: [server] });
  const { space } = await factory.for('projects', NEVER);
  const looks = server.provider.probes;
  expect((await factory.for('projects', NEVER)).space).toEqual(space);
  expect(server.provider.probes).toBe(looks);
  expect((await makeFactory().for('projects', NEVER)).space.spaceId).toBe(space.spaceId);
});
