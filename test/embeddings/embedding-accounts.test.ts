import { describe, expect, test } from '@jest/globals';
import type { LedgerOutcome, UsageLedger } from '../../src/index.ts';
import { NEVER } from '../routing/doubles/rig.ts';
import { vectorOf } from './embedding-rig.ts';
import { DOCUMENT, numbered, oneServer, open } from './open-embeddings.ts';

describe('the accounts', () => {
  test('have one row a batch, with the tokens as counted', async () => {
    const ends: LedgerOutcome[] = [];
    const tasks: string[] = [];
    const ledger: UsageLedger = {
      begin: ({ attemptId, task }) => {
        tasks.push(task);
        return attemptId;
      },
      end: (_id, outcome) => void ends.push(outcome),
      query: () => [],
      summarize: () => [],
    };
    const { embeddings } = await open(oneServer(), { ledger });
    tasks.splice(0);
    ends.splice(0);
    await embeddings.embed(numbered(6), DOCUMENT);
    expect(tasks).toEqual(['embed', 'embed']);
    expect(ends.map(({ usage }) => usage)).toEqual([
      { inputTokens: 4, outputTokens: 0, isEstimated: false },
      { inputTokens: 2, outputTokens: 0, isEstimated: false },
    ]);
  });

  test('have one decision for many batches, and no text of any', async () => {
    const { embeddings, router, state } = await open();
    const decisions: string[] = [];
    router.onDecision(({ id }) => decisions.push(id));
    await embeddings.embed(numbered(30), DOCUMENT);
    await embeddings.embed(numbered(40), DOCUMENT);
    expect(decisions).toHaveLength(1);
    expect(JSON.stringify(state.decisions.list())).not.toContain('text 7');
  });

  test('have another decision after five minutes', async () => {
    const { embeddings, router, clock } = await open();
    const decisions: string[] = [];
    router.onDecision(({ id }) => decisions.push(id));
    await embeddings.embedQuery('a');
    clock.advance(5 * 60_000);
    await embeddings.embedQuery('b');
    expect(decisions).toHaveLength(2);
  });
});

describe('counting tokens', () => {
  test('is done by the model of the target and says how exact it is', async () => {
    const { embeddings } = await open();
    await expect(embeddings.countTokens(['abc', 'a'], NEVER)).resolves.toEqual({ counts: [3, 1], precision: 'exact' });
  });

  test('is no call of the target where nobody is asked', async () => {
    const { embeddings, provider, state } = await open();
    provider.countPrecision = 'estimate';
    await embeddings.countTokens(['abc'], NEVER);
    const attempts = (): number => state.decisions.list().flatMap((trace) => trace.attempts).length;
    const before = attempts();
    await expect(embeddings.countTokens(['abcd'], NEVER)).resolves.toEqual({ counts: [4], precision: 'estimate' });
    expect(attempts()).toBe(before);
  });
});

describe("LangChain's own methods", () => {
  test('give plain numbers, in order, with the role of each', async () => {
    const { embeddings, requests } = await open();
    const vectors = await embeddings.embedDocuments(['a', 'bb']);
    expect(vectors).toEqual([[...vectorOf('a', 8)], [...vectorOf('bb', 8)]]);
    await expect(embeddings.embedQuery('ccc')).resolves.toEqual([...vectorOf('ccc', 8)]);
    expect(requests.map(({ role }) => role)).toEqual(['document', 'query']);
  });
});
