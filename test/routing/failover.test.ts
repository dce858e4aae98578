import { afterEach, describe, expect, test } from '@jest/globals';
import {
  BudgetExceededError,
  CapabilityError,
  ContentFilteredError,
  ContextTooLongError,
  InterruptedStreamError,
  ModelLoadingError,
  ProviderRejectedError,
  ProviderServerError,
  ProviderUnreachableError,
  RateLimitedError,
} from '../../src/index.ts';
import { ask, makeRig, NEVER, chatRequest, scripted } from './doubles/rig.ts';

const disposables: { dispose(): Promise<void> }[] = [];

function rigOf(...parameters: Parameters<typeof makeRig>) {
  const rig = makeRig(...parameters);
  disposables.push(rig.router);
  return rig;
}

afterEach(async () => {
  for (const each of disposables.splice(0)) await each.dispose();
});

function pair() {
  const first = scripted('first', [{ id: 'm', contextTokens: 1_000 }], { priority: 1, model: 'm' });
  const second = scripted('second', [{ id: 'm', contextTokens: 8_000 }], { priority: 2, model: 'm' });
  return { first, second };
}

describe('failover', () => {
  test('the first of the chain answers and the trace says so', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [second, first] });
    const reply = await ask(rig);
    expect(reply.text).toBe('hello');
    expect(reply.response_metadata).toMatchObject({ provider: 'first', model: 'm', attempts: 1 });
    const trace = rig.state.decisions.get(reply.response_metadata.decisionId as string);
    expect(trace?.decision.chain.map(({ ref }) => ref)).toEqual(['first:m', 'second:m']);
    expect(trace?.attempts.map(({ outcome }) => outcome)).toEqual(['answered']);
    expect(second.provider.calls).toBe(0);
  });

  test('a primary killed between two turns costs the next turn less than 50 ms', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await ask(rig);
    first.provider.isUp = false;
    first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
    const startedAt = performance.now();
    const reply = await ask(rig);
    expect(performance.now() - startedAt).toBeLessThan(50);
    expect(reply.response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    const trace = rig.state.decisions.get(reply.response_metadata.decisionId as string);
    expect(trace?.attempts.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
      ['failed', 'E_UNREACHABLE'],
      ['answered', undefined],
    ]);
    const calls = first.provider.calls;
    await ask(rig);
    expect(first.provider.calls).toBe(calls);
  });

  test('a recovered primary comes back by a look in the background, not by a user turn', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    first.provider.isUp = false;
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    expect(first.provider.calls).toBe(0);
    first.provider.isUp = true;
    rig.clock.advance(31_000);
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    await new Promise((resolve) => setImmediate(resolve));
    expect((await ask(rig)).response_metadata.provider).toBe('first');
    expect(first.provider.calls).toBe(1);
  });

  test('nothing of a failed model is shown, and nothing is shown twice', async () => {
    const { first, second } = pair();
    first.provider.script = () => [
      { role: true },
      { reasoning: 'let me see' },
      { error: new InterruptedStreamError('cut') },
    ];
    second.provider.script = () => [{ role: true }, 'a', 'b'];
    const rig = rigOf({ providers: [first, second] });
    const model = await rig.router.model();
    const seen: string[] = [];
    let reasoning = '';
    for await (const chunk of await model.stream('hi')) {
      if (chunk.text !== '') seen.push(chunk.text);
      if (chunk.additional_kwargs.reasoning_content !== undefined) reasoning = 'shown';
    }
    expect(seen).toEqual(['a', 'b']);
    expect(reasoning).toBe('');
  });

  test('after the first token nothing takes over: the caller gets a typed interruption', async () => {
    const { first, second } = pair();
    first.provider.script = () => ['one', 'two', { error: new ProviderUnreachableError('reset') }];
    const rig = rigOf({ providers: [first, second] });
    const model = await rig.router.model();
    const seen: string[] = [];
    const read = async () => {
      for await (const chunk of await model.stream('hi')) seen.push(chunk.text);
    };
    await expect(read()).rejects.toMatchObject({ code: 'E_INTERRUPTED', cause: { code: 'E_UNREACHABLE' } });
    expect(seen).toEqual(['one', 'two']);
    expect(second.provider.calls).toBe(0);
    expect(rig.state.decisions.list()[0]?.attempts[0]).toMatchObject({ outcome: 'interrupted' });
  });

  test('a tool call is output too', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ tool: 'weather' }, { error: new InterruptedStreamError('cut') }];
    const rig = rigOf({ providers: [first, second] });
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(second.provider.calls).toBe(0);
  });

  test('reasoning is shown at once where no other model could take over', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = () => [{ reasoning: 'hmm' }, { hang: true }];
    const rig = rigOf({ providers: [only] });
    const controller = new AbortController();
    const model = await rig.router.model();
    const stream = await model.stream('hi', { signal: controller.signal });
    const { value } = await stream[Symbol.asyncIterator]().next();
    expect(value?.additional_kwargs.reasoning_content).toBe('hmm');
    controller.abort();
  });

  test.each([
    ['a wrong request', new ProviderRejectedError('no')],
    ['a content filter', new ContentFilteredError('no')],
  ])('%s ends the call without a second try', async (_name, error) => {
    const { first, second } = pair();
    first.provider.script = () => [{ error }];
    const rig = rigOf({ providers: [first, second] });
    await expect(ask(rig)).rejects.toBe(error);
    expect([first.provider.calls, second.provider.calls]).toEqual([1, 0]);
  });

  test('without another target, a server error is tried once more and no oftener', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = () => [{ error: new ProviderServerError('500') }];
    const rig = rigOf({ providers: [only] });
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect(only.provider.calls).toBe(2);
  });

  test('with another target, nobody waits for a rate limit', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 30_000 }) }];
    const rig = rigOf({ providers: [first, second] });
    const startedAt = performance.now();
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    expect(performance.now() - startedAt).toBeLessThan(50);
  });

  test('without another target, the named time is waited, within the cap', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = (_model, call) =>
      call === 1 ? [{ error: new RateLimitedError('slow down', { retryAfterMs: 30 }) }] : ['at last'];
    const rig = rigOf({ providers: [only] });
    expect((await ask(rig)).text).toBe('at last');
    only.provider.script = () => [{ error: new RateLimitedError('slow down', { retryAfterMs: 60_000 }) }];
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_RATE_LIMITED' });
  });

  test('a loading model is waited for when only a cloud could take over, and the cloud answers when it takes too long', async () => {
    const local = scripted('local', [{ id: 'm' }]);
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'm', permission: { origin: 'test: allow' } });
    local.provider.script = (_model, call) => (call < 3 ? [{ error: new ModelLoadingError('loading') }] : ['loaded']);
    const rig = rigOf({ providers: [local, cloud] });
    expect((await ask(rig)).text).toBe('loaded');
    local.provider.script = () => [{ error: new ModelLoadingError('loading') }];
    cloud.provider.script = () => ['from the cloud'];
    expect((await ask(rig)).text).toBe('from the cloud');
  });

  test('a loading model is left at once for a ready one of the same locality', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ error: new ModelLoadingError('loading') }];
    const rig = rigOf({ providers: [first, second] });
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 1 });
  });

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

  test('a silent model costs its limit and no more, even when it ignores the abort', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ hang: true }];
    const rig = rigOf({
      providers: [first, second],
      routing: { limits: { connectMs: 50, loadMs: 0, firstTokenMs: 80, idleMs: 80, totalMs: 900 } },
    });
    const startedAt = performance.now();
    expect((await ask(rig)).response_metadata.provider).toBe('second');
    const tookMs = performance.now() - startedAt;
    expect(tookMs).toBeGreaterThan(75);
    expect(tookMs).toBeLessThan(180);
    expect(first.provider.aborted).toBe(1);
    expect((await ask(rig)).response_metadata.attempts).toBe(1);
  });

  test('silence after the first token is an interruption by the idle limit', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = () => ['one', { hang: true }];
    const rig = rigOf({ providers: [only] });
    await expect(ask(rig)).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      cause: { code: 'E_TIMEOUT', phase: 'idle' },
    });
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

  test('failover switched off leaves one link, and the reason names the setting', async () => {
    const { first, second } = pair();
    const failover = { isEnabled: false, maxRetries: 0, failureThreshold: 5, recoveryMs: 1 };
    const rig = rigOf({ providers: [first, second], routing: { failover } });
    first.provider.script = () => [{ error: new ProviderServerError('500') }];
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect([first.provider.calls, second.provider.calls]).toEqual([1, 0]);
    const [trace] = rig.state.decisions.list();
    expect(trace?.decision.rejected[0]?.reasons[0]?.text).toContain('LLM_FAILOVER_ENABLED');
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
    };
    const rig = rigOf({ providers: [first, second], ledger });
    await ask(rig);
    expect(order).toEqual(['begin', 'sent', 'end {"inputTokens":7,"outputTokens":3,"isEstimated":false} 0']);
  });

  test('a budget that does not cover a cloud call ends the call before anything is sent', async () => {
    const cloud = scripted('cloud', [], { locality: 'cloud', model: 'm', permission: { origin: 'test: allow' } });
    const budget = {
      reserve: () => {
        throw new BudgetExceededError('no money left');
      },
    };
    const rig = rigOf({ providers: [cloud], budget });
    const { CATALOGUE } = await import('../../src/index.ts');
    const prices = [{ unit: 'input-token' as const, quantity: 1_000_000, usd: 5 }];
    rig.extensions.put(CATALOGUE, [{ id: 'x', matches: ['m'], source: 'test', date: '2026-01-01', prices }]);
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_BUDGET' });
    expect(cloud.provider.calls).toBe(0);
    expect(rig.state.decisions.list()[0]?.attempts).toMatchObject([{ outcome: 'failed', error: { code: 'E_BUDGET' } }]);
  });
});
