import { describe, expect, test } from '@jest/globals';
import { stripVTControlCharacters } from 'node:util';
import { capOf } from '../../usage/usage-rig.ts';
import { UsageHouse } from './usage-house.ts';

const tokens = (
  inputTokens: number,
  outputTokens: number,
): { usage: { inputTokens: number; outputTokens: number; isEstimated: boolean } } => ({
  usage: { inputTokens, outputTokens, isEstimated: false },
});

/** Two days of work: two paid calls, two local ones, one from the cache, one that failed, one of unknown cost. */
function filled(options: ConstructorParameters<typeof UsageHouse>[0] = {}): UsageHouse {
  const house = new UsageHouse(options);
  house.call(2, { project: 'handbook' }, { ...tokens(1000, 100), costUsd: 0.00012, totalMs: 1000 });
  house.call(1, { ref: 'openai:big', task: 'embed' }, { ...tokens(2000, 0), costUsd: 1.5, totalMs: 3000 });
  house.call(1, { locality: 'local' }, { ...tokens(4_000_000, 500_000), totalMs: 2000 });
  house.call(1, { locality: 'local' }, { ...tokens(100, 10), costOrigin: 'cache', totalMs: 2 });
  house.call(0, { locality: 'local' }, { outcome: 'failed', errorCode: 'E_UNREACHABLE', usage: undefined });
  house.call(0, { ref: 'other:x', costUpperBoundUsd: undefined }, { costUsd: undefined, costOrigin: 'unknown' });
  return house;
}

describe('wooster usage', () => {
  test('says in one sentence that nothing was called yet, or not in that time', async () => {
    const house = new UsageHouse();
    expect(await house.show()).toBe(
      'No model has been called in this workspace yet: `wooster ask "..."` calls one,\nand its tokens, time and cost appear here.',
    );
    house.call(9, {}, {});
    expect(await house.show({ since: '2d' })).toMatch(/^No model was called from .* to now: --since all looks at/);
  });

  test('tells spending apart from what is unknown, and the shares of all calls', async () => {
    const { report } = await filled().run();
    expect(report).toMatchObject({
      total: { calls: 6, spentUsd: 1.50012, unknownCostCalls: 1 },
      shares: { local: 3 / 6, cache: 1 / 6, failed: 1 / 6 },
    });
    expect(await filled().show()).toContain('1.50012 USD, and 1 call of unknown cost');
  });

  test('reckons what local answers would have cost, with the date and the source of the prices', async () => {
    // 4,000,100 tokens in at 0.5 and 500,010 out at 2 USD a million: 2.00005 + 1.00002.
    const { report } = (await filled().run()) as { report: { savings: { usd: number } } };
    expect(report.savings).toMatchObject({ model: 'cheap', asOf: '2026-02-01', source: 'a list of prices' });
    expect(report.savings.usd).toBeCloseTo(3.00007, 9);
    expect(await filled().show({}, 120)).toContain(
      '3.00 USD by local models against cheap (prices of 2026-02-01: a list of prices)',
    );
  });

  test('reckons them with the prices that the user wrote for a provider, and names a model that has none', async () => {
    const prices = [{ unit: 'input-token', quantity: 1_000_000, usd: 1, asOf: '2026-01-05' }];
    const house = filled({ providers: [{ id: 'openai', prices }] });
    expect((await house.run({ compare: 'openai:any' })).report).toMatchObject({
      savings: { model: 'openai:any', usd: 4.0001, source: 'providers.openai.prices', asOf: '2026-01-05' },
    });
    await expect(house.run({ compare: 'nameless' })).rejects.toMatchObject({
      code: 'E_USAGE',
      message: expect.stringMatching(/--compare nameless: no price of nameless is known; there are prices of cheap/),
    });
  });

  test.each(['day', 'model', 'project', 'task', 'provider'])(
    'groups by %s without losing a call or a cent',
    async (by) => {
      const { report } = (await filled().run({ by })) as {
        report: { groups: { calls: number; spentUsd: number }[]; total: { calls: number; spentUsd: number } };
      };
      expect(report.groups.reduce((sum, { calls }) => sum + calls, 0)).toBe(report.total.calls);
      expect(report.groups.reduce((sum, { spentUsd }) => sum + spentUsd, 0)).toBeCloseTo(report.total.spentUsd, 9);
    },
  );

  test('puts the dearest first and marks a cost that is unknown', async () => {
    const text = await filled().show();
    const rows = text.slice(text.indexOf('model ')).split('\n');
    expect(rows.slice(1, 5).map((row) => row.split(/\s{2,}/).slice(0, 2))).toEqual([
      ['openai:big', '1.50000'],
      ['openai:gpt-x', '0.00012'],
      ['ollama:llama3.2:3b', '0'],
      ['other:x', '?'],
    ]);
    expect(text).toMatch(/^total +1\.50012 \+ \? +6 /m);
  });

  test('keeps to one project or provider', async () => {
    expect((await filled().run({ project: 'handbook' })).report).toMatchObject({ total: { calls: 1 } });
    expect((await filled().run({ provider: 'openai' })).report).toMatchObject({ total: { calls: 2 } });
  });

  test('draws bars over time, plain where there are no colours, and leaves spending out where there is none', async () => {
    const plain = await filled().show();
    expect(plain).toMatch(/^Mar 16 +0\.00012 #  +1 #/m);
    expect(plain).toMatch(/^Mar 17 +1\.50000 #{20,} +3 #{20,}$/m);
    expect(plain).toMatch(/^Mar 18 +0 +2 #+$/m);
    const colored = stripVTControlCharacters(await filled().show({}, 80, true));
    expect(colored).toMatch(/^Mar 16 +0\.00012 ▏/m);
    const local = new UsageHouse();
    for (const days of [3, 1]) local.call(days, { locality: 'local' }, {});
    expect(await local.show()).toMatch(/^day +calls\nMar 15 +1 #+\nMar 16 +0\nMar 17 +1 #+$/m);
  });

  test.each([
    ['weeks', 60, 'week from'],
    ['months', 300, 'month'],
  ])('draws %s where there are too many days', async (_, days, title) => {
    const house = new UsageHouse();
    for (const each of [days, 0]) house.call(each, { locality: 'local' }, {});
    const text = await house.show({ since: 'all' });
    const chart = text.split('\n\n')[1]!.split('\n');
    expect(chart[0]).toMatch(new RegExp(`^${title} +calls$`));
    expect(chart.length).toBeLessThan(30);
  });

  test.each([60, 80, 100, 120])('fits into %i columns', async (width) => {
    const caps = [capOf(), capOf({ kind: 'project', of: 'handbook', period: 'month', limitUsd: 5 })];
    const house = new UsageHouse({ caps });
    house.call(3, { project: 'handbook' }, { costUsd: 0.000012 });
    house.call(0, { locality: 'local', ref: 'lmstudio:a-model-with-a-very-long-name-of-its-own-q8_0.gguf' }, {});
    for (const hasColor of [false, true]) {
      const lines = stripVTControlCharacters(await house.show({}, width, hasColor)).split('\n');
      expect(lines.filter((line) => line.length > width)).toEqual([]);
    }
  });

  test('shows each budget with what is spent, reserved and left, and when it begins anew', async () => {
    const house = new UsageHouse({ caps: [capOf({ limitUsd: 0.2 }), capOf({ period: 'total', limitUsd: 10 })] });
    house.call(0, {}, { costUsd: 0.04 });
    house.call(0, {});
    const text = await house.show({}, 120);
    expect(text).toMatch(
      /^day +#{7}\.{3} +70 % {2}0\.04 of 0\.20 USD, 0\.10 reserved, 0\.06 left, resets Thu 2026-03-19 00:00$/m,
    );
    expect(text).toMatch(/^total +#\.{9} +1 % .*9\.86 left, never resets$/m);
    expect(text).toContain('reserved  0.10 USD by 1 call under way');
  });
});
