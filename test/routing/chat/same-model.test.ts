import { describe, expect, test } from '@jest/globals';
import { describeTrace } from '../../../src/routing/describe-trace.ts';
import { isSameModel } from '../../../src/routing/chat/same-model.ts';
import { readStream } from '../doubles/read-stream.ts';
import { ask, rigOf, scripted } from '../doubles/rig.ts';

describe('the name of the model in a reply', () => {
  test.each([
    ['llama3.2', 'llama3.2:latest'],
    ['Llama3.2', 'llama3.2'],
    ['gpt-4o', 'gpt-4o-2024-08-06'],
    ['gpt-4', 'gpt-4-0613'],
    ['claude-sonnet-4-5', 'claude-sonnet-4-5-20250929'],
    ['claude-3-5-sonnet-latest', 'claude-3-5-sonnet-20241022'],
    ['qwen2.5-7b', '/models/Qwen2.5-7B.gguf'],
    ['qwen2.5-7b', 'C:\\models\\qwen2.5-7b-00001-of-00002.gguf'],
    ['mlx-community/Qwen2.5-7B-Instruct-4bit', 'Qwen2.5-7B-Instruct-4bit'],
  ])('%s may come back as %s', (asked, replied) => expect(isSameModel(asked, replied)).toBe(true));

  test.each([
    ['gpt-4o', 'gpt-4o-mini'],
    ['gpt-4o', 'gpt-4o-mini-2024-07-18'],
    ['gpt-4o-2024-08-06', 'gpt-4o'],
    ['llama3.2:3b', 'llama3.2:1b'],
    ['llama3', 'llama3.2'],
    ['qwen2.5-7b', 'qwen2.5-7b-q4.gguf'],
    ['m', 'gpt-3.5-turbo'],
  ])('%s is not %s', (asked, replied) => expect(isSameModel(asked, replied)).toBe(false));

  test.each([
    ['plain', ask],
    ['streamed', readStream],
  ])('is told of a %s answer, in its metadata and in why, when it is another', async (_name, call) => {
    const only = scripted('only', [{ id: 'm' }]);
    only.provider.script = () => [{ role: true }, 'hello'];
    const rig = rigOf({ providers: [only] });
    const reply: unknown = await (call as (of: typeof rig) => Promise<unknown>)(rig);
    if (call === ask) expect(reply).toMatchObject({ response_metadata: { repliedModel: 'from the provider' } });
    const [trace] = rig.state.decisions.list();
    expect(trace?.attempts[0]?.repliedModel).toBe('from the provider');
    const lines = describeTrace(trace!).sections.flatMap(({ lines: each }) => each);
    expect(lines.join('\n')).toContain('the server named the model from the provider');
  });
});
