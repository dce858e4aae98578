import { expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { RoutedEmbeddings } from '../../src/embeddings/routed/routed-embeddings.ts';
import { planBatches, tokenBound } from '../../src/embeddings/routed/plan-batches.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { embedder, embeddingRig, purposeSettings, vectorOf } from './embedding-rig.ts';

const limitsArbitrary = fc.record({
  inputs: fc.integer({ min: 1, max: 9 }),
  tokensPerInput: fc.integer({ min: 4, max: 64 }),
  tokensPerRequest: fc.integer({ min: 4, max: 128 }),
});

test('any list of texts comes back in order, whatever the limits and however many requests run at a time', async () => {
  const server = embedder('ollama', [{ id: 'all-minilm', dimensions: 8 }]);
  const { factory, router, clock } = embeddingRig({ providers: [server], embeddings: { projects: purposeSettings() } });
  const { space } = await factory.for('projects', NEVER);
  const request = {
    task: 'embed',
    purpose: 'projects',
    needs: { spaceId: space.spaceId, dimensions: 8 },
    privacy: 'any',
    principal: { id: 'local', kind: 'local' },
  } as const;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.string({ maxLength: 40 }), { maxLength: 30 }),
      limitsArbitrary,
      fc.integer({ min: 1, max: 4 }),
      async (texts, limits, concurrency) => {
        server.provider.limits = limits;
        server.provider.requests.splice(0);
        const embeddings = new RoutedEmbeddings({
          isStandIn: false,
          usdPerToken: 0,
          router,
          request,
          space,
          limits,
          locality: 'local',
          clock,
          concurrency,
        });
        const vectors = await embeddings.embed(texts, { role: 'document', signal: NEVER });
        expect(vectors).toEqual(texts.map((text) => vectorOf(text, 8)));
        const sent = server.provider.requests.map((each) => each.texts);
        expect(sent.flat().toSorted()).toEqual([...new Set(texts)].toSorted());
        for (const batch of sent) {
          expect(batch.length).toBeLessThanOrEqual(limits.inputs);
          const tokens = batch.reduce((sum, text) => sum + tokenBound(text, limits.tokensPerInput), 0);
          expect(batch.length === 1 || tokens <= limits.tokensPerRequest).toBe(true);
        }
      },
    ),
    { numRuns: 60 },
  );
});

test('batches hold every text once, in order', () => {
  const texts = fc.array(fc.integer({ min: 0, max: 64 }), { maxLength: 50 });
  fc.assert(
    fc.property(texts, limitsArbitrary, (sizes, limits) => {
      const sized = sizes.map((maxTokens, place) => ({ text: '', place, maxTokens }));
      expect(planBatches(sized, limits).flat()).toEqual(sized);
    }),
  );
});
