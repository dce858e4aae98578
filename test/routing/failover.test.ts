import { describe, expect, test } from '@jest/globals';
import {
  ContentFilteredError,
  InterruptedStreamError,
  ProviderRejectedError,
  ProviderServerError,
  ProviderUnreachableError,
} from '../../src/index.ts';
import { readStream } from './doubles/read-stream.ts';
import { ask, NEVER, pair, rigOf, scripted } from './doubles/rig.ts';

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
    const tookMs: number[] = [];
    // The quickest of five: what is asked is the cost of failing over, not the load of this machine.
    for (let round = 0; round < 5; round += 1) {
      const { first, second } = pair();
      const rig = rigOf({ providers: [first, second] });
      await ask(rig);
      first.provider.isUp = false;
      first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
      const startedAt = performance.now();
      const reply = await ask(rig);
      tookMs.push(performance.now() - startedAt);
      expect(reply.response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
      const trace = rig.state.decisions.get(reply.response_metadata.decisionId as string);
      expect(trace?.attempts.map(({ outcome, error }) => [outcome, error?.code])).toEqual([
        ['failed', 'E_UNREACHABLE'],
        ['answered', undefined],
      ]);
    }
    expect(Math.min(...tookMs)).toBeLessThan(50);
  });

  test('what is wrong with a server is not asked of its other models', async () => {
    const many = scripted('many', [{ id: 'a' }, { id: 'b' }, { id: 'c' }], { priority: 1 });
    const { second } = pair();
    const rig = rigOf({ providers: [many, second] });
    many.provider.script = () => [{ error: new ProviderUnreachableError('reset') }];
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    many.provider.calls = 0;
    rig.clock.advance(31_000);
    await rig.router.refresh(NEVER);
    many.provider.script = () => [{ error: new ProviderServerError('500') }];
    expect((await ask(rig)).response_metadata).toMatchObject({ provider: 'second', attempts: 4 });
  });

  test('a primary found dead by one turn is not asked by the next', async () => {
    const { first, second } = pair();
    const rig = rigOf({ providers: [first, second] });
    await ask(rig);
    first.provider.isUp = false;
    first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
    await ask(rig);
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
    await expect(read()).rejects.toMatchObject({
      code: 'E_INTERRUPTED',
      message: expect.stringContaining('interrupted after 2 tokens: reset'),
      details: { targetId: expect.stringMatching(/^first@/), outputTokens: 2 },
      cause: { code: 'E_UNREACHABLE' },
    });
    expect(seen).toEqual(['one', 'two']);
    expect(second.provider.calls).toBe(0);
    expect(rig.state.decisions.list()[0]?.attempts[0]).toMatchObject({ outcome: 'interrupted' });
  });

  test('a tool call is output too', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ tool: 'weather' }, { error: new InterruptedStreamError('cut') }];
    const rig = rigOf({ providers: [first, second] });
    await expect(readStream(rig)).rejects.toMatchObject({ code: 'E_INTERRUPTED' });
    expect(second.provider.calls).toBe(0);
  });

  test('a plain call that is cut in the middle is answered by the next, and nothing of the first remains', async () => {
    const { first, second } = pair();
    first.provider.script = () => [
      'one ',
      { tool: 'weather' },
      { reasoning: 'hmm' },
      { error: new InterruptedStreamError('cut', { cause: new ProviderUnreachableError('reset') }) },
    ];
    second.provider.script = () => ['whole'];
    const rig = rigOf({ providers: [first, second] });
    const reply = await ask(rig);
    expect(reply.text).toBe('whole');
    expect(reply.tool_calls).toEqual([]);
    expect(reply.additional_kwargs.reasoning_content).toBeUndefined();
    expect(reply.response_metadata).toMatchObject({ provider: 'second', attempts: 2 });
    const [failed, answered] = rig.state.decisions.list()[0]?.attempts ?? [];
    expect(failed).toMatchObject({ outcome: 'failed', error: { code: 'E_INTERRUPTED', message: 'cut' } });
    expect(failed?.usage).toMatchObject({ isEstimated: true });
    expect(failed?.usage?.outputTokens).toBeGreaterThanOrEqual(3);
    expect(answered?.outcome).toBe('answered');
  });

  test('a plain call that is cut is asked once more where nobody else may answer', async () => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = (_model, call) =>
      call === 1 ? ['half of it', { error: new InterruptedStreamError('cut') }] : ['whole'];
    expect((await ask(rigOf({ providers: [only] }))).text).toBe('whole');
    expect(only.provider.calls).toBe(2);
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

  test('failover switched off leaves one link, and the reason names the setting', async () => {
    const { first, second } = pair();
    const failover = {
      isEnabled: false,
      maxRetries: 0,
      failureThreshold: 5,
      recoveryMs: 1,
      interruptedText: 'stop' as const,
    };
    const rig = rigOf({ providers: [first, second], routing: { failover } });
    first.provider.script = () => [{ error: new ProviderServerError('500') }];
    await expect(ask(rig)).rejects.toMatchObject({ code: 'E_PROVIDER_SERVER' });
    expect([first.provider.calls, second.provider.calls]).toEqual([1, 0]);
    const [trace] = rig.state.decisions.list();
    expect(trace?.decision.rejected[0]?.reasons[0]?.text).toContain('LLM_FAILOVER_ENABLED');
  });
});
