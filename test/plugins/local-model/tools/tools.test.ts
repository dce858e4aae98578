import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { intelligentRoute } from '../../../../plugins/local-model/tools/intelligent-route.ts';
import { localChat } from '../../../../plugins/local-model/tools/local-chat.ts';
import { localCodeAssist } from '../../../../plugins/local-model/tools/local-code-assist.ts';
import { localGenerate } from '../../../../plugins/local-model/tools/local-generate.ts';
import { localSummarize } from '../../../../plugins/local-model/tools/local-summarize.ts';
import { listLocalModels, modelStatus, switchModel } from '../../../../plugins/local-model/tools/model-tools.ts';
import { splitText } from '../../../../plugins/local-model/tools/split-text.ts';
import { LOCAL_PRINCIPAL, type ToolDescriptor } from '../../../../src/index.ts';
import { createRouterDouble } from '../../../doubles/router-double.ts';
import { ScriptedChatModel } from '../../../doubles/scripted-chat-model.ts';

const MODELS = [
  { providerId: 'embedded', modelId: 'small', hasTools: true },
  { providerId: 'openai', modelId: 'large', locality: 'cloud' },
] as const;

function setUp(...answers: string[]) {
  const chatModel = new ScriptedChatModel(
    answers.map((text) => ({ tokens: [text] })),
    { provider: 'embedded', model: 'small', decisionId: 'd1' },
  );
  const router = createRouterDouble(chatModel, MODELS);
  const ports = { router: () => router, clock: { now: () => 0, monotonic: () => 0 } };
  return { chatModel, router, ports };
}

function run(tool: ToolDescriptor, args: unknown) {
  return tool.run(tool.schema.parse(args), { signal: new AbortController().signal, principal: LOCAL_PRINCIPAL });
}

describe('the tools of the local-model plugin', () => {
  test('local_chat sends instruction, history and message, and never to a cloud', async () => {
    const { chatModel, router, ports } = setUp('fine');
    const history = [
      { role: 'user', content: 'hi' },
      { role: 'assistant', content: 'hello' },
    ];
    const result = await run(localChat(ports), {
      message: 'how are you?',
      system: 'be brief',
      history,
      temperature: 0,
    });
    expect(chatModel.asked[0]?.map((message) => [message.getType(), message.text])).toEqual([
      ['system', 'be brief'],
      ['human', 'hi'],
      ['ai', 'hello'],
      ['human', 'how are you?'],
    ]);
    expect(router.defaults[0]).toMatchObject({ privacy: 'local-only', parameters: { temperature: 0 } });
    expect(result).toMatchObject({
      text: 'fine',
      data: { model: 'small', provider: 'embedded', decisionId: 'd1', tokens: { input: 7, output: 1, total: 8 } },
    });
  });

  test('local_generate sends only the prompt, to the model that is named', async () => {
    const { chatModel, router, ports } = setUp('a poem');
    await run(localGenerate(ports), { prompt: 'write a poem', model: 'ollama:llama3.2:3b' });
    expect(chatModel.asked[0]).toHaveLength(1);
    expect(router.defaults[0]?.pinned).toBe('ollama:llama3.2:3b');
  });

  test('a model name without a provider is E_USAGE', async () => {
    const { ports } = setUp('x');
    await expect(run(localGenerate(ports), { prompt: 'x', model: 'llama' })).rejects.toMatchObject({ code: 'E_USAGE' });
  });

  test('local_code_assist puts the code in a block and asks for what the task needs', async () => {
    const { chatModel, ports } = setUp('reviewed');
    await run(localCodeAssist(ports), { task: 'review', code: 'let a', language: 'js' });
    expect(chatModel.asked[0]?.[1]?.text).toContain('```js\nlet a\n```');
    expect(localCodeAssist(ports).schema.safeParse({ task: 'review' }).success).toBe(false);
    expect(localCodeAssist(ports).schema.safeParse({ task: 'write' }).success).toBe(false);
    expect(localCodeAssist(ports).schema.safeParse({ task: 'write', instruction: 'a loop' }).success).toBe(true);
  });

  test('local_summarize cuts a long text, summarizes each part and then the summaries', async () => {
    const { chatModel, ports } = setUp('first', 'second', 'both');
    const text = `${'a '.repeat(2900)}\n\n${'b '.repeat(1500)}`;
    expect(await run(localSummarize(ports), { text })).toMatchObject({ text: 'both' });
    expect(chatModel.asked).toHaveLength(3);
    expect(chatModel.asked[2]?.[1]?.text).toBe('first\n\nsecond');
  });

  test('local_summarize asks once for a short text', async () => {
    const { chatModel, ports } = setUp('short');
    await run(localSummarize(ports), { text: 'a few words', style: 'bullets', focus: 'words' });
    expect(chatModel.asked).toHaveLength(1);
    expect(chatModel.asked[0]?.[0]?.text).toContain('Look above all at: words.');
  });

  test('intelligent_route leaves the privacy to the settings and tells which model answered', async () => {
    const { router, ports } = setUp('42');
    const result = await run(intelligentRoute(ports), { message: 'what is it?', prefer: 'cloud' });
    expect(router.defaults[0]).toMatchObject({ strategy: 'cloud-first' });
    expect(router.defaults[0]?.privacy).toBeUndefined();
    expect(result.text).toBe('42\n\n(answered by embedded:small; decision d1)');
  });

  test('list_local_models leaves the cloud out', async () => {
    const { ports } = setUp();
    expect((await run(listLocalModels(ports), {})).text).toBe('embedded:small (ready, context 4096 tokens)');
  });

  test('switch_model switches for the whole workspace', async () => {
    const { router, ports } = setUp();
    expect((await run(switchModel(ports), { model: 'openai:large' })).text).toBe(
      'from now on openai:large is preferred',
    );
    expect(router.switched).toEqual(['openai:large']);
  });

  test('model_status tells of all, of one, and of one that is not there', async () => {
    const { ports } = setUp();
    expect((await run(modelStatus(ports), {})).text.split('\n')).toHaveLength(3);
    expect((await run(modelStatus(ports), { model: 'openai:large' })).text).toBe(
      'strategy local-first\nopenai:large (ready, context 4096 tokens)',
    );
    expect((await run(modelStatus(ports), { model: 'a:b' })).text).toContain('no model is called a:b');
  });
});

describe('cutting a text', () => {
  test('loses nothing but blank space, keeps the limit, and ends', () => {
    fc.assert(
      fc.property(fc.string({ maxLength: 300, unit: 'grapheme' }), fc.integer({ min: 2, max: 40 }), (text, limit) => {
        const parts = splitText(text, limit);
        expect(parts.every((part) => part.length > 0 && part.length <= limit)).toBe(true);
        expect(parts.join('').replace(/\s/g, '')).toBe(text.replace(/\s/g, ''));
      }),
    );
  });

  test('cuts between paragraphs where it can', () => {
    expect(splitText('one two\n\nthree four', 12)).toEqual(['one two', 'three four']);
  });
});
