import { AIMessage, HumanMessage, ToolMessage } from '@langchain/core/messages';
import { describe, expect, test } from '@jest/globals';
import { chatRequest, NEVER, rigOf, scripted } from '../doubles/rig.ts';
import { policyOf, type PolicyScript } from './policy-double.ts';

const permission = { origin: 'config/local.json: routing.cloud.allow' };

/** A cloud that comes first and a local model behind it. */
function house(script: PolicyScript, entry: Parameters<typeof scripted>[2] = {}) {
  const local = scripted('local', [{ id: 'm' }], { priority: 2 });
  const cloud = scripted('cloud', [], { locality: 'cloud', model: 'gpt', priority: 1, permission, ...entry });
  const { policy, seen } = policyOf(script);
  const rig = rigOf({ providers: [local, cloud], privacy: policy, routing: { strategy: 'cloud-first' } });
  return { local: local.provider, cloud: cloud.provider, rig, seen };
}

const SECRET: PolicyScript = { word: { text: 'sesame', treatment: 'local-only' } };

describe('content that must not leave', () => {
  test('is answered by a local model, and the decision says which rule made it so', async () => {
    const { local, cloud, rig } = house(SECRET);
    const model = await rig.router.model();
    await model.invoke('open sesame');
    expect([local.calls, cloud.calls, rig.permits.issued]).toEqual([1, 0, 0]);
    const [trace] = rig.state.decisions.list();
    expect(trace?.decision.request).toMatchObject({
      privacy: 'local-only',
      privacyRule: 'the detector',
      inspection: { findings: [{ kind: 'a word', count: 1 }] },
    });
    expect(trace?.decision.rejected[0]?.reasons[0]?.text).toBe('cloud: the call is local-only (the detector)');
    expect(JSON.stringify(trace)).not.toContain('sesame');
  });

  test('is found in arguments of tool calls and in results, not only in what was said', async () => {
    for (const message of [
      new AIMessage({ content: '', tool_calls: [{ name: 'open', args: { door: ['sesame'] }, id: '1' }] }),
      new ToolMessage({ content: [{ type: 'text', text: 'the word is sesame' }], tool_call_id: '1' }),
    ]) {
      const { cloud, rig } = house(SECRET);
      const model = await rig.router.model();
      await model.invoke([new HumanMessage('hi'), message, new HumanMessage('go on')]);
      expect(cloud.calls).toBe(0);
    }
  });

  test('is not looked for where no cloud could get it', async () => {
    const { rig, seen } = house(SECRET, { permission: undefined });
    await (await rig.router.model()).invoke('open sesame');
    expect(seen.inspected).toEqual([]);
  });

  test('leaves everything else as it was', async () => {
    const { cloud, rig } = house(SECRET);
    await (await rig.router.model()).invoke('open the door');
    expect(cloud.calls).toBe(1);
  });

  test('does not slip through a decision that was made without it', async () => {
    const { local, cloud, rig, seen } = house(SECRET);
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(decision.chain.map(({ ref }) => ref)).toEqual(['cloud:gpt', 'local:m']);
    await (await rig.router.open(decision)).invoke('open sesame');
    expect([local.calls, cloud.calls]).toEqual([1, 0]);
    expect(seen.inspected).toEqual([['open sesame']]);
    expect(rig.state.decisions.list()[0]?.attempts).toMatchObject([
      { targetId: 'cloud@api.example.com/gpt', outcome: 'failed', error: { code: 'E_PRIVACY' } },
      { outcome: 'answered' },
    ]);
  });

  test('ends such a call with one line where nobody else can answer', async () => {
    const { local, cloud, rig } = house(SECRET);
    const decision = await rig.router.decide(chatRequest({ pinned: 'cloud:gpt' }), NEVER);
    const model = await rig.router.open(decision);
    await expect(model.invoke('open sesame')).rejects.toMatchObject({
      code: 'E_PRIVACY',
      message: expect.stringMatching(/nothing was sent, since the content is local-only \(the detector: a word\)/),
    });
    expect([local.calls, cloud.calls]).toEqual([0, 0]);
  });

  test('of an operation that does not tell its content never goes to a cloud', async () => {
    const { cloud, rig } = house({});
    const decision = await rig.router.decide(chatRequest({ pinned: 'cloud:gpt' }), NEVER);
    const operation = {
      id: 'paint',
      run: () => {
        throw new Error('was run');
      },
      isOutput: () => true,
    };
    const options = { parameters: {}, principal: chatRequest().principal, signal: NEVER };
    const run = rig.router.execute(decision, operation, options)[Symbol.asyncIterator]();
    await expect(run.next()).rejects.toMatchObject({ code: 'E_PRIVACY' });
    expect(cloud.calls).toBe(0);
  });
});

describe('content of the class no-training', () => {
  const ruled = { ruled: 'no-training' } as const;

  test('goes to no cloud that nothing is declared of, and the reason names the setting', async () => {
    const { cloud, rig } = house(ruled);
    const decision = await rig.router.decide(chatRequest(), NEVER);
    expect(decision.rejected[0]?.reasons[0]?.text).toMatch(/the rule\); providers\.cloud\.noTraining: true does$/);
    await (await rig.router.model()).invoke('hi');
    expect(cloud.calls).toBe(0);
  });

  test('goes to one that is declared not to train', async () => {
    const { cloud, rig } = house(ruled, { noTraining: { origin: 'config/local.json: providers.cloud.noTraining' } });
    await (await rig.router.model()).invoke('hi');
    expect(cloud.calls).toBe(1);
  });
});

describe('content that is replaced before it leaves', () => {
  const redacted: PolicyScript = { word: { text: 'sesame', treatment: 'redact' } };

  test('goes to the cloud without it, and comes back with it', async () => {
    const { cloud, rig } = house(redacted);
    cloud.script = () => ['you said <wo', 'rd-1>, ', 'I think'];
    const reply = await (await rig.router.model()).invoke('open sesame');
    expect(cloud.seenMessages[0]?.map(({ text }) => text)).toEqual(['open <word-1>']);
    expect(reply.text).toBe('you said sesame, I think');
  });

  test('is replaced and put back in arguments of tool calls as well', async () => {
    const { cloud, rig } = house(redacted);
    const said = new AIMessage({ content: '', tool_calls: [{ name: 'open', args: { word: 'sesame' }, id: '1' }] });
    const told = new ToolMessage({ content: 'sesame did it', tool_call_id: '1' });
    await (await rig.router.model()).invoke([new HumanMessage('hi'), said, told]);
    expect(JSON.stringify(cloud.seenMessages)).not.toContain('sesame');
    expect((cloud.seenMessages[0]![1] as AIMessage).tool_calls?.[0]?.args).toEqual({ word: '<word-1>' });
  });

  test('is not replaced for a local model', async () => {
    const { local, rig } = house(redacted);
    await (await rig.router.model({ privacy: 'local-only' })).invoke('open sesame');
    expect(local.seenMessages[0]?.map(({ text }) => text)).toEqual(['open sesame']);
  });
});
