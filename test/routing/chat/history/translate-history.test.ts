import { describe, expect, test } from '@jest/globals';
import {
  AIMessage,
  ChatMessage,
  FunctionMessage,
  HumanMessage,
  SystemMessage,
  ToolMessage,
} from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { translateHistory } from '../../../../src/routing/chat/history/translate-history.ts';
import { CONVERSATIONS, PIXEL, PIXEL_URL } from './conversations.ts';
import { NINE_ID } from './wire-rules.ts';

const LOCAL = { providerId: 'ollama', modelId: 'qwen3', isCloud: false };
const CLOUD = { providerId: 'openai', modelId: 'gpt-x', isCloud: true };
const MISTRAL = { ...LOCAL, modelId: 'mistral-small' };

type Content = BaseMessage['content'];

function call(id: string | undefined, name = 'f', args: Record<string, unknown> = {}): AIMessage {
  return new AIMessage({ content: '', tool_calls: [{ id, name, args }] });
}

function result(id: string, content: Content = 'r', name?: string): ToolMessage {
  return new ToolMessage({ content, tool_call_id: id, name });
}

/** What matters of each message: who speaks, what, under which ids. */
function shown(messages: readonly BaseMessage[]): unknown[] {
  return messages.map((message) => {
    const kind = message.getType();
    if (kind === 'tool') return ['tool', (message as ToolMessage).tool_call_id, message.content];
    const calls = kind === 'ai' ? ((message as AIMessage).tool_calls ?? []) : [];
    return calls.length === 0 ? [kind, message.content] : [kind, message.content, calls.map(({ id }) => id)];
  });
}

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

describe('calls and results', () => {
  test('stay where their ids are taken by the target', () => {
    const messages = [call('call_1'), result('call_1')];
    expect(shown(translateHistory(messages, CLOUD))).toEqual(shown(messages));
    const [renamed, answered] = translateHistory(messages, MISTRAL) as [AIMessage, ToolMessage];
    expect(renamed.tool_calls![0]!.id).toMatch(NINE_ID);
    expect(answered.tool_call_id).toBe(renamed.tool_calls![0]!.id);
  });

  test('keep their ids as the conversation grows', () => {
    const long = Object.values(CONVERSATIONS).flatMap((make) => make());
    for (const target of [LOCAL, CLOUD, MISTRAL]) {
      const whole = shown(translateHistory(long, target).filter(({ type }) => type !== 'system'));
      for (const length of [5, 9, 14, 20]) {
        const cut = translateHistory(long.slice(0, length), target).filter(({ type }) => type !== 'system');
        // The results of a last turn may be missing yet.
        const settled = shown(cut).slice(0, -2);
        expect(whole.slice(0, settled.length)).toEqual(settled);
      }
    }
  });

  test('that share an id are told apart, in order', () => {
    const twins = new AIMessage({
      content: '',
      tool_calls: ['a', 'b'].map((name) => ({ id: '0', name, args: {} })),
    });
    const [answer, first, second] = translateHistory(
      [twins, result('0', 'of b', 'b'), result('0', 'of a', 'a')],
      LOCAL,
    );
    const [idOfA, idOfB] = (answer as AIMessage).tool_calls!.map(({ id }) => id);
    expect(idOfA).not.toBe(idOfB);
    expect(shown([first!, second!])).toEqual([
      ['tool', idOfB, 'of b'],
      ['tool', idOfA, 'of a'],
    ]);
  });

  test('without an id get one, and the next result without an id is theirs', () => {
    const [answer, told] = translateHistory([call(undefined), result('', 'r')], CLOUD) as [AIMessage, ToolMessage];
    expect(answer.tool_calls![0]!.id).toMatch(NINE_ID);
    expect(told.tool_call_id).toBe(answer.tool_calls![0]!.id);
  });

  test('a call that was cut off is answered with words that say so', () => {
    const messages = [call('a'), new HumanMessage('never mind'), call('b')];
    expect(shown(translateHistory(messages, CLOUD))).toEqual([
      ['ai', '', ['a']],
      ['tool', 'a', expect.stringMatching(/^No result/)],
      ['human', 'never mind'],
      ['ai', '', ['b']],
      ['tool', 'b', expect.stringMatching(/^No result/)],
    ]);
  });

  test('of several results the first counts, and one without a call is words of the user', () => {
    const messages = [
      result('gone', 'lost text', 'f'),
      call('a'),
      result('a', 'first'),
      result('a', 'second'),
      result('other', 'stray'),
      new FunctionMessage({ name: 'old', content: 'of old' }),
      new AIMessage('done'),
    ];
    expect(shown(translateHistory(messages, CLOUD))).toEqual([
      ['human', 'Result of the tool f:\nlost text'],
      ['ai', '', ['a']],
      ['tool', 'a', 'first'],
      ['human', 'Result of the tool that was called:\nstray'],
      ['human', 'Result of the tool old:\nof old'],
      ['ai', 'done'],
    ]);
  });

  test('a picture in a result follows it from the side of the user', () => {
    const content = [
      { type: 'text', text: 'the chart' },
      { type: 'image', mimeType: 'image/png', data: PIXEL },
    ] as Content;
    const messages = [call('a'), result('a', content, 'plot'), call('b'), result('b', content.slice(1))];
    expect(shown(translateHistory(messages, LOCAL))).toEqual([
      ['ai', '', ['a']],
      ['tool', 'a', [{ type: 'text', text: 'the chart' }]],
      [
        'human',
        [
          { type: 'text', text: 'The result of the tool plot shows:' },
          { type: 'image_url', image_url: { url: PIXEL_URL } },
        ],
      ],
      ['ai', '', ['b']],
      ['tool', 'b', expect.stringMatching(/picture/)],
      ['human', [expect.anything(), { type: 'image_url', image_url: { url: PIXEL_URL } }]],
    ]);
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
