import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { BudgetGuard, ModelRouter, UsageLedger } from '../../src/index.ts';
import { systemClock } from '../../src/kernel/clock.ts';
import { startFakeModelServer, type FakeModelServer } from '../fakes/fake-model-server.ts';
import { COST_USD, dayCap, openStreamsHouse, OUTPUT_TOKENS, SERVED, streamOnce } from './support/streams-house.ts';
import { UsageRig } from './usage-rig.ts';

const STREAMS = 50;

/** Room for about a dozen bounds of a cent at once. */
const CAP_USD = 0.13;

const REPLY = { tokens: Array.from({ length: 20 }, (_, at) => `word${at} `), tokenDelayMs: 5, usage: SERVED };

let cloud: FakeModelServer;
let local: FakeModelServer;
let router: ModelRouter | undefined;

beforeAll(async () => {
  cloud = await startFakeModelServer({ dialect: 'openai', models: ['gpt-x'], key: 'sk-test', reply: REPLY });
  local = await startFakeModelServer({ dialect: 'vllm', models: ['small'] });
}, 60_000);
afterEach(async () => {
  await router?.dispose();
  await Promise.all([cloud.forget(), local.forget()]);
});
afterAll(async () => {
  await Promise.all([cloud.stop(), local.stop()]);
});

/** Accounts that look at the cap before and after each step, as no other moment can show more. */
function watchedAccounts(rig: UsageRig) {
  rig.clock.now = () => systemClock.now();
  rig.clock.monotonic = () => systemClock.monotonic();
  const { ledger, budget } = rig.open({ caps: [dayCap(CAP_USD)], outputTokens: OUTPUT_TOKENS });
  const highest = { usedUsd: 0, reservedUsd: 0 };
  const look = (): void => {
    for (const { spentUsd, reservedUsd } of budget.status()) {
      highest.usedUsd = Math.max(highest.usedUsd, spentUsd + reservedUsd);
      highest.reservedUsd = Math.max(highest.reservedUsd, reservedUsd);
    }
  };
  const watched: UsageLedger = {
    query: (query) => ledger.query(query),
    summarize: (query, by) => ledger.summarize(query, by),
    begin: (attempt) => {
      try {
        return ledger.begin(attempt);
      } finally {
        look();
      }
    },
    end: (id, outcome) => {
      look();
      ledger.end(id, outcome);
      look();
    },
  };
  return { ledger: watched, budget, highest };
}

function count(words: readonly string[]): Readonly<Record<string, number>> {
  return Object.fromEntries([...new Set(words)].map((word) => [word, words.filter((each) => each === word).length]));
}

async function served(server: FakeModelServer): Promise<number> {
  const requests = await server.requests(2_000);
  return requests.filter(({ method, outcome }) => method === 'POST' && outcome === 'answered').length;
}

async function streamAll(accounts: { ledger: UsageLedger; budget: BudgetGuard }, localUrl?: string) {
  router = openStreamsHouse({ ...accounts, cloudUrl: cloud.url, localUrl });
  const house = router;
  const ends = await Promise.all(Array.from({ length: STREAMS }, (_, at) => streamOnce(house, `question ${at}`)));
  return count(ends);
}

describe(`${STREAMS} streams at once against a cap that fits only some of them`, () => {
  test('never pass it, and the others end with E_BUDGET where nobody else can answer', async () => {
    const rig = new UsageRig();
    const accounts = watchedAccounts(rig);
    const { openai = 0, E_BUDGET: refused = 0, ...others } = await streamAll(accounts);
    expect(others).toEqual({});
    expect(openai).toBeGreaterThanOrEqual(10);
    expect(refused).toBe(STREAMS - openai);
    expect(refused).toBeGreaterThan(0);
    await expectExactSums(accounts, openai);
  });

  test('never pass it, and the others are answered by a local model where there is one', async () => {
    const rig = new UsageRig();
    const accounts = watchedAccounts(rig);
    const { openai = 0, local: localAnswers = 0, ...others } = await streamAll(accounts, local.url);
    expect(others).toEqual({});
    expect(openai).toBeGreaterThanOrEqual(10);
    expect(localAnswers).toBe(STREAMS - openai);
    expect(localAnswers).toBeGreaterThan(0);
    expect(await served(local)).toBe(localAnswers);
    await expectExactSums(accounts, openai);
    expect(accounts.ledger.summarize({}, 'provider').map(({ key, calls }) => [key, calls])).toEqual([
      ['local', localAnswers],
      ['openai', openai],
    ]);
  });
});

async function expectExactSums(
  { ledger, budget, highest }: ReturnType<typeof watchedAccounts>,
  answers: number,
): Promise<void> {
  expect(highest.usedUsd).toBeLessThanOrEqual(CAP_USD);
  // The cap was what stopped them: no further bound of a cent would have fitted.
  expect(highest.reservedUsd).toBeGreaterThan(CAP_USD - 0.011);
  expect(await served(cloud)).toBe(answers);
  const costUsd = expect.closeTo(answers * COST_USD, 12);
  expect(budget.status()).toMatchObject([{ spentUsd: costUsd, reservedUsd: 0 }]);
  expect(ledger.summarize({ providerId: 'openai' })).toMatchObject([
    { calls: answers, answered: answers, open: 0, spentUsd: costUsd, inputTokens: answers * SERVED.promptTokens },
  ]);
}
