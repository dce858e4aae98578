import { describe, expect, test } from '@jest/globals';
import { AIMessage, ChatMessage, HumanMessage, SystemMessage } from '@langchain/core/messages';
import type { ToolMessage } from '@langchain/core/messages';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { PIXEL, PIXEL_URL } from './conversations.ts';
import { call, CLOUD, LOCAL, result, shown, type Content } from './messages.ts';

describe('a history that needs nothing', () => {
  const plain = [
    new SystemMessage('s'),
    new HumanMessage('q'),
    call('call_1'),
    result('call_1'),
    new AIMessage('a'),
    new HumanMessage({ content: [{ type: 'image_url', image_url: { url: PIXEL_URL } }] }),
  ];

  test('is passed on as it is', () => {
    expect(translateHistory(plain, LOCAL)).toBe(plain);
    expect(translateHistory(plain, CLOUD)).toBe(plain);
  });

  test('keeps reasoning within the machine and leaves it behind otherwise', () => {
    const thought = new AIMessage({ content: 'a', additional_kwargs: { reasoning_content: 'hm' } });
    expect(translateHistory([thought], LOCAL)[0]).toBe(thought);
    expect(translateHistory([thought], CLOUD)[0]!.additional_kwargs).toEqual({});
    expect(thought.additional_kwargs).toEqual({ reasoning_content: 'hm' });
  });

  test('costs microseconds', () => {
    const long = Array.from({ length: 60 }, (_, index) => [call(`call_${index}`), result(`call_${index}`)]).flat();
    for (let round = 0; round < 500; round += 1) translateHistory(long, LOCAL);
    const start = performance.now();
    for (let round = 0; round < 200; round += 1) translateHistory(long, LOCAL);
    expect((performance.now() - start) / 200 / long.length).toBeLessThan(0.01);
  });
});

describe('an answer', () => {
  test('gives its seals and blocks back only to the provider that wrote it', () => {
    const content = [
      { type: 'thinking', thinking: 'hm', signature: 'seal' },
      { type: 'text', text: 'a' },
    ] as Content;
    const own = new AIMessage({ content, response_metadata: { provider: 'claude' } });
    const claude = { providerId: 'claude', modelId: 'c', isCloud: true };
    expect(translateHistory([own], claude)[0]).toBe(own);
    expect(translateHistory([own], CLOUD)[0]).toMatchObject({ content: 'a', additional_kwargs: {} });
    expect(translateHistory([own], LOCAL)[0]).toMatchObject({
      content: 'a',
      additional_kwargs: { reasoning_content: 'hm' },
    });
  });

  test('keeps the code that a vendor ran, and marks a picture that cannot be said again', () => {
    const content = [
      { type: 'executableCode', executableCode: { language: 'PYTHON', code: 'print(1)' } },
      { type: 'codeExecutionResult', codeExecutionResult: { outcome: 'OUTCOME_OK', output: '1' } },
      { type: 'refusal', refusal: 'No more.' },
      { type: 'image_url', image_url: PIXEL_URL },
    ] as Content;
    const [message] = translateHistory([new AIMessage({ content })], CLOUD);
    expect(message!.content).toBe('\n```python\nprint(1)\n```\n\n```\n1\n```\nNo more.[image]');
  });

  test.each([[''], [' \n'], [[]], [[{ type: 'thinking', thinking: 'hm', signature: 's' }]]])(
    'that says and calls nothing (%j) is not sent empty',
    (content) => {
      const empty = new AIMessage({ content: content as Content });
      expect(shown(translateHistory([new HumanMessage('q'), empty, new HumanMessage('q')], CLOUD))[1]).toEqual([
        'ai',
        '(no answer)',
      ]);
    },
  );

  test('has names of tools and arguments that every vendor takes', () => {
    const odd = new AIMessage({
      content: '',
      tool_calls: [{ id: 'a', name: 'functions.get weather', args: [1] as never }],
    });
    expect((translateHistory([odd], CLOUD)[0] as AIMessage).tool_calls).toEqual([
      { type: 'tool_call', id: 'a', name: 'functions_get_weather', args: { value: [1] } },
    ]);
  });

  test('with calls that could not be read keeps them, answered, with empty arguments, and sends no raw copy', () => {
    const raw = { id: 'b', type: 'function' as const, function: { name: 'f', arguments: '{"a":' } };
    const broken = new AIMessage({
      content: '',
      invalid_tool_calls: [{ id: 'b', name: 'f', args: '{"a":', error: 'broken' }],
      response_metadata: { provider: 'openai' },
    });
    broken.additional_kwargs.tool_calls = [raw];
    for (const target of [LOCAL, CLOUD]) {
      const [answer, told] = translateHistory([broken, result('b', 'broken')], target) as [AIMessage, ToolMessage];
      expect(answer.tool_calls).toEqual([{ type: 'tool_call', id: 'b', name: 'f', args: {} }]);
      expect(answer.additional_kwargs.tool_calls).toBeUndefined();
      expect(told.tool_call_id).toBe('b');
    }
  });
});

describe('what a person says', () => {
  test.each([
    [{ type: 'image_url', image_url: PIXEL_URL }],
    [{ type: 'image', url: PIXEL_URL }],
    [{ type: 'image', data: PIXEL, mimeType: 'image/png' }],
    [{ type: 'image', data: new Uint8Array(Buffer.from(PIXEL, 'base64')), mimeType: 'image/png' }],
    [{ type: 'image', data: PIXEL }],
    [{ type: 'image', data: PIXEL_URL }],
    [{ type: 'image', source_type: 'base64', mime_type: 'image/png', data: PIXEL }],
    [{ type: 'image', source_type: 'url', url: PIXEL_URL }],
    [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }],
    [{ type: 'image', source: { type: 'url', url: PIXEL_URL } }],
    [{ type: 'input_image', image_url: PIXEL_URL }],
  ])('shows a picture given as %j in one form', (picture) => {
    const asked = new HumanMessage({ content: [{ type: 'input_text', text: 'see' }, picture] as Content });
    for (const target of [LOCAL, CLOUD]) {
      expect(translateHistory([asked], target)[0]!.content).toEqual([
        { type: 'text', text: 'see' },
        { type: 'image_url', image_url: { url: PIXEL_URL } },
      ]);
    }
  });

  test('keeps the address and the detail of a picture, and a file id for the vendor that has the file', () => {
    const url = 'https://example.com/a.png';
    const file = { type: 'input_image', file_id: 'file-1' };
    const content = [{ type: 'input_image', image_url: url, detail: 'low' }, file] as Content;
    expect(translateHistory([new HumanMessage({ content })], CLOUD)[0]!.content).toEqual([
      { type: 'image_url', image_url: { url, detail: 'low' } },
      file,
    ]);
  });

  test('in the standard format of LangChain shows its picture on the common path', () => {
    const content = [{ type: 'image_url', image_url: { url: PIXEL_URL } }] as Content;
    const asked = new HumanMessage({ content, response_metadata: { output_version: 'v1' } });
    expect(translateHistory([asked], CLOUD)[0]!.response_metadata).toEqual({});
  });

  test('in a role by name keeps its role', () => {
    const picture = { type: 'image', data: PIXEL };
    const [message] = translateHistory([new ChatMessage({ role: 'user', content: [picture] as Content })], LOCAL);
    expect((message as ChatMessage).role).toBe('user');
  });
});

describe('system messages', () => {
  test('are one, at the start, for a local template, and stay where they are for a cloud', () => {
    const late = [new HumanMessage('q'), new SystemMessage('a'), new AIMessage('x'), new SystemMessage('b')];
    expect(shown(translateHistory(late, LOCAL))).toEqual([
      ['system', 'a\n\nb'],
      ['human', 'q'],
      ['ai', 'x'],
    ]);
    expect(translateHistory(late, CLOUD)).toBe(late);
  });

  test('with parts are joined by parts', () => {
    const parts = new SystemMessage({ content: [{ type: 'text', text: 'b' }] });
    expect(translateHistory([new SystemMessage('a'), parts], LOCAL)[0]!.content).toEqual([
      { type: 'text', text: 'a' },
      { type: 'text', text: 'b' },
    ]);
  });
});
