import { describe, expect, test } from '@jest/globals';
import { BudgetExceededError, CapabilityError, CATALOGUE, ContextTooLongError } from '../../src/index.ts';
import { ask, chatRequest, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';

const PRICES = [{ unit: 'input-token' as const, quantity: 1_000_000, usd: 5 }];
const refusingLedger = (begun: string[]) => ({
  begin: ({ ref, locality }: { ref: string; locality: string }) => {
    if (locality === 'cloud') throw new BudgetExceededError('no money left');
    begun.push(ref);
    return 'row';
  },
  end: () => undefined,
  query: () => [],
  summarize: () => [],
});
const farCloud = () => scripted('cloud', [], { locality: 'cloud', model: 'm', permission: { origin: 'test: allow' } });

describe('what a call leaves behind', () => {
  test('a conversation that is too long goes only to a larger window', async () => {
    const { first, second } = pair();
    const small = scripted('small', [{ id: 'm', contextTokens: 500 }], { priority: 1, model: 'm' });
    const error = new ContextTooLongError('too long', { limitTokens: 900, actualTokens: 950 });
    first.provider.script = () => [{ error }];
    small.provider.script = () => ['must not be asked'];
    const rig = rigOf({ providers: [first, small, second] });
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second' });
    expect(small.provider.calls).toBe(0);
    const decision = await rig.router.decide(chatRequest({ needs: { contextTokens: 950 } }), NEVER);
    expect(decision.rejected.find(({ ref }) => ref === 'first:m')?.reasons[0]?.text).toContain('window 900');
  });

  test('what a model turns out not to be able to do is known from then on', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ error: new CapabilityError('no tools', { capability: 'tools' }) }];
    const rig = rigOf({ providers: [first, second] });
    const tool = { type: 'function', function: { name: 'f', parameters: { type: 'object', properties: {} } } };
    const model = await rig.router.model();
    await model.bindTools?.([tool]).invoke('hi');
    await model.bindTools?.([tool]).invoke('hi');
    expect([first.provider.calls, second.provider.calls]).toEqual([1, 2]);
    expect(second.provider.seenOptions[0]).toMatchObject({ bound_tools: [tool] });
  });

  test('the abort of the caller ends everything and counts against nobody', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ hang: true }];
    const rig = rigOf({ providers: [first, second] });
    const controller = new AbortController();
    const model = await rig.router.model();
    const reply = model.invoke('hi', { signal: controller.signal });
    setTimeout(() => controller.abort(), 20);
    await expect(reply).rejects.toBeDefined();
    await new Promise((resolve) => setImmediate(resolve));
    expect(rig.state.decisions.list()[0]?.attempts).toMatchObject([{ outcome: 'cancelled' }]);
    expect(second.provider.calls).toBe(0);
    expect(rig.router.status().targets.map(({ health }) => health.state)).toEqual(['ready', 'ready']);
  });

  test('a call that is aborted before it begins leaves no attempt', async () => {
    const { first } = pair();
    const rig = rigOf({ providers: [first] });
    const decision = await rig.router.decide(chatRequest(), NEVER);
    const model = await rig.router.open(decision);
    await expect(model.invoke('hi', { signal: AbortSignal.abort() })).rejects.toBeDefined();
    expect(first.provider.calls).toBe(0);
    expect(rig.state.decisions.get(decision.id)?.attempts).toEqual([]);
  });

  test('leaving a stream early closes the call and is written as cancelled', async () => {
    const { first, second } = pair();
    first.provider.script = () => ['one', 'two', 'three'];
    const rig = rigOf({ providers: [first, second] });
    const model = await rig.router.model();
    for await (const chunk of await model.stream('hi')) if (chunk.text === 'one') break;
    await new Promise((resolve) => setImmediate(resolve));
    expect(first.provider.aborted).toBe(1);
    expect(rig.state.decisions.list()[0]?.attempts).toMatchObject([{ outcome: 'cancelled' }]);
  });

  test('ledger and budget are asked before anything is sent, and settled after', async () => {
    const order: string[] = [];
    const { first, second } = pair();
    first.provider.script = () => {
      order.push('sent');
      return ['answer', { usage: [7, 3] }];
    };
    const ledger = {
      begin: () => (order.push('begin'), 'row'),
      end: (_id: string, { usage, costUsd }: { usage?: unknown; costUsd?: number }) =>
        void order.push(`end ${JSON.stringify(usage)} ${costUsd}`),
      query: () => [],
      summarize: () => [],
    };
    const rig = rigOf({ providers: [first, second], ledger });
    await ask(rig);
    expect(order).toEqual(['begin', 'sent', 'end {"inputTokens":7,"outputTokens":3,"isEstimated":false} 0']);
  });

  test('a ledger that fails after the answer does not cost the answer', async () => {
    const { first } = pair();
    const ledger = {
      begin: () => 'row',
      end: () => {
        throw new Error('disk full');
      },
      query: () => [],
      summarize: () => [],
    };
    const rig = rigOf({ providers: [first], ledger });
    expect((await ask(rig)).text).toBe('hello');
    expect(rig.log.lines).toContainEqual(
      expect.objectContaining({ level: 'warn', message: expect.stringContaining('ledger') }),
    );
  });

  describe('a cloud call that the ledger refuses for its cost', () => {
    test('ends before anything is sent, where nobody else can answer', async () => {
      const begun: string[] = [];
      const far = farCloud();
      const rig = rigOf({ providers: [far], ledger: refusingLedger(begun) });
      rig.extensions.put(CATALOGUE, [{ id: 'x', matches: ['m'], source: 'test', date: '2026-01-01', prices: PRICES }]);
      await expect(ask(rig)).rejects.toMatchObject({ code: 'E_BUDGET' });
      expect(far.provider.calls).toBe(0);
      const [trace] = rig.state.decisions.list();
      expect(trace?.attempts).toMatchObject([{ outcome: 'failed', error: { code: 'E_BUDGET' } }]);
      expect(trace?.attempts[0]?.costOrigin).toBeUndefined();
    });

    test('leaves the answer to a local model, which costs nothing', async () => {
      const begun: string[] = [];
      const far = farCloud();
      const { first } = pair();
      const rig = rigOf({
        providers: [first, far],
        ledger: refusingLedger(begun),
        routing: { strategy: 'cloud-first' },
      });
      expect((await ask(rig)).text).toBe('hello');
      expect(far.provider.calls).toBe(0);
      expect(begun).toHaveLength(1);
      const [trace] = rig.state.decisions.list();
      expect(trace?.attempts).toMatchObject([{ error: { code: 'E_BUDGET' } }, { outcome: 'answered', costUsd: 0 }]);
    });
  });
});
