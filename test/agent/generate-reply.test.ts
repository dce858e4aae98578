import { describe, expect, test } from '@jest/globals';
import { generateReply } from '../../src/agent/generate-reply.ts';
import { ProviderUnreachableError } from '../../src/index.ts';
import { pair, rigOf } from '../routing/doubles/rig.ts';

const { signal } = new AbortController();
const messages = [{ role: 'user', content: 'Where?' }] as const;

describe('a generated reply', () => {
  test('tells which model broke off in the midst of it, though nothing of that is in it', async () => {
    const { first, second } = pair();
    first.provider.script = () => ['It', ' is', { error: new ProviderUnreachableError('reset') }];
    second.provider.script = () => ['Here.'];
    const rig = rigOf({ providers: [first, second] });
    const reply = await generateReply(rig.router, { messages, signal }, rig.clock);
    expect(reply).toMatchObject({ content: 'Here.', provider: 'second' });
    expect(reply.interruptions).toEqual([
      { how: 'restarted', code: 'E_UNREACHABLE', targetId: expect.stringMatching(/^first@/), tokens: 2 },
    ]);
  });

  test('counts no model as broken off that never began', async () => {
    const { first, second } = pair();
    first.provider.script = () => [{ error: new ProviderUnreachableError('refused') }];
    const rig = rigOf({ providers: [first, second] });
    expect(await generateReply(rig.router, { messages, signal }, rig.clock)).toMatchObject({ interruptions: [] });
  });

  test('names the model of the reply where it is another than the one asked', async () => {
    const { first } = pair();
    first.provider.script = () => [{ role: true }, 'Here.'];
    const rig = rigOf({ providers: [first] });
    const reply = await generateReply(rig.router, { messages, signal }, rig.clock);
    expect(reply).toMatchObject({ model: 'm', repliedModel: 'from the provider' });
  });
});
