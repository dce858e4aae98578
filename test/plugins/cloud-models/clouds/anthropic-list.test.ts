import { expect, test } from '@jest/globals';
import { ServedCloud } from './served-cloud.ts';

const served = new ServedCloud('anthropic').during(['m']);

test('the list of Anthropic is read page by page', async () => {
  await served.server.configure({ models: Array.from({ length: 1500 }, (_, place) => `model-${place}`) });
  const models = await served.provider().listModels(new AbortController().signal);
  expect(models).toHaveLength(1500);
  expect(new Set(models.map(({ modelId }) => modelId)).size).toBe(1500);
  expect((await served.server.requests()).map(({ query }) => query)).toEqual([
    'limit=1000',
    'limit=1000&after_id=model-999',
  ]);
});
