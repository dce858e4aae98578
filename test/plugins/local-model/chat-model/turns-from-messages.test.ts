import { describe, expect, test } from '@jest/globals';
import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';
import { turnsFromMessages } from '../../../../plugins/local-model/chat-model/turns-from-messages.ts';
import type { ChatRequest } from '../../../../plugins/local-model/client/chat-request.ts';
import type { Quirk } from '../../../../plugins/local-model/client/quirks.ts';
import { ollamaDialect } from '../../../../plugins/local-model/client/dialects/ollama-dialect.ts';
import { openAIDialect } from '../../../../plugins/local-model/client/dialects/openai-dialect.ts';

const history: BaseMessage[] = [
  new SystemMessage('Be brief.'),
  new HumanMessage('Weather in Paris?'),
  new AIMessage({
    content: '',
    additional_kwargs: { reasoning_content: 'look it up' },
    tool_calls: [{ id: 'c1', name: 'get_weather', args: { city: 'Paris' } }],
  }),
  new ToolMessage({ content: '18 degrees', tool_call_id: 'c1' }),
];

function body(
  dialect: typeof ollamaDialect,
  changes: Partial<ChatRequest> = {},
  quirks: Quirk[] = [],
): Record<string, unknown> {
  const request: ChatRequest = { model: 'm', turns: turnsFromMessages(history), parameters: {}, ...changes };
  return JSON.parse(JSON.stringify(dialect.chatBody(request, { isStream: true, quirks: new Set(quirks) }))) as Record<
    string,
    unknown
  >;
}

describe('a conversation with a tool call', () => {
  test('has text arguments and a call id on the OpenAI wire', () => {
    expect(body(openAIDialect).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather in Paris?' },
      {
        role: 'assistant',
        content: '',
        tool_calls: [{ id: 'c1', type: 'function', function: { name: 'get_weather', arguments: '{"city":"Paris"}' } }],
      },
      { role: 'tool', tool_call_id: 'c1', content: '18 degrees' },
    ]);
  });

  test('has object arguments and the name of the tool on the wire of Ollama', () => {
    expect(body(ollamaDialect).messages).toEqual([
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Weather in Paris?' },
      {
        role: 'assistant',
        content: '',
        thinking: 'look it up',
        tool_calls: [{ id: 'c1', function: { index: 0, name: 'get_weather', arguments: { city: 'Paris' } } }],
      },
      { role: 'tool', tool_name: 'get_weather', tool_call_id: 'c1', content: '18 degrees' },
    ]);
  });
});

describe('the body of a request', () => {
  const parameters = { temperature: 0, topP: 0.9, seed: 7, maxTokens: 50, stop: ['END'] };

  test('carries the parameters on both wires, and only those that were given', () => {
    expect(body(openAIDialect, { parameters })).toMatchObject({
      temperature: 0,
      top_p: 0.9,
      seed: 7,
      max_tokens: 50,
      stop: ['END'],
    });
    expect(body(ollamaDialect, { parameters })).toMatchObject({
      truncate: false,
      shift: false,
      options: { temperature: 0, top_p: 0.9, seed: 7, num_predict: 50, stop: ['END'] },
    });
    expect(Object.keys(body(openAIDialect))).toEqual(['model', 'messages', 'stream', 'stream_options']);
    expect(body(ollamaDialect)).not.toHaveProperty('options');
  });

  test('follows the quirks of the server', () => {
    const output = { name: 'o', schema: { type: 'object' } };
    const tools = [{ name: 'f', parameters: {} }];
    expect(body(openAIDialect, {}, ['short-default-output']).max_tokens).toBe(4096);
    expect(body(openAIDialect, { parameters }, ['short-default-output']).max_tokens).toBe(50);
    expect(body(openAIDialect, {}, ['no-stream-options'])).not.toHaveProperty('stream_options');
    expect(body(openAIDialect, { output }, ['ignores-response-format'])).not.toHaveProperty('response_format');
    expect(body(openAIDialect, { output: 'json' }).response_format).toEqual({ type: 'json_object' });
    expect(body(openAIDialect, { output: 'json' }, ['rejects-json-object']).response_format).toMatchObject({
      type: 'json_schema',
    });
    expect(body(openAIDialect, { tools, toolChoice: 'required' })).toMatchObject({ tool_choice: 'required' });
    expect(body(openAIDialect, { tools, toolChoice: 'required' }, ['ignores-tool-choice'])).not.toHaveProperty(
      'tool_choice',
    );
    const both = [...tools, { name: 'g', parameters: {} }];
    expect(body(openAIDialect, { tools: both, toolChoice: { name: 'g' } }, ['ignores-tool-choice']).tools).toHaveLength(
      1,
    );
    expect(body(openAIDialect, { tools, toolChoice: 'none' })).not.toHaveProperty('tools');
  });

  test('of Ollama offers only the tool that must be called, and the schema as format', () => {
    const tools = [
      { name: 'f', parameters: {} },
      { name: 'g', parameters: {} },
    ];
    expect(body(ollamaDialect, { tools, toolChoice: { name: 'g' } }).tools).toEqual([
      { type: 'function', function: { name: 'g', parameters: {} } },
    ]);
    expect(body(ollamaDialect, { output: { name: 'o', schema: { type: 'object' } } }).format).toEqual({
      type: 'object',
    });
    expect(body(ollamaDialect, { output: 'json', think: false })).toMatchObject({ format: 'json', think: false });
  });
});

const refused = (message: BaseMessage): unknown => {
  try {
    return turnsFromMessages([message]);
  } catch (error) {
    return (error as { code: string }).code;
  }
};

describe('content blocks', () => {
  const base64 = 'iVBORw0KGgo=';

  test.each([
    [{ type: 'image_url', image_url: `data:image/png;base64,${base64}` }],
    [{ type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }],
    [{ type: 'image', mimeType: 'image/png', data: base64 }],
    [{ type: 'image', mimeType: 'image/png', data: new Uint8Array(Buffer.from(base64, 'base64')) }],
    [{ type: 'image', url: `data:image/png;base64,${base64}` }],
    [{ type: 'image', source_type: 'base64', mime_type: 'image/png', data: base64 }],
    [{ type: 'image', source: { type: 'base64', media_type: 'image/png', data: base64 } }],
    [{ type: 'image', data: base64 }],
  ])('%j is an image', (block) => {
    const message = new HumanMessage({ content: [{ type: 'text', text: 'see' }, block] as never });
    expect(turnsFromMessages([message])).toEqual([
      {
        role: 'user',
        parts: [
          { kind: 'text', text: 'see' },
          { kind: 'image', mediaType: 'image/png', base64 },
        ],
      },
    ]);
  });

  test('go out as data URLs or as bare base64', () => {
    const turns = turnsFromMessages([
      new HumanMessage({ content: [{ type: 'image', mimeType: 'image/png', data: base64 }] }),
    ]);
    expect(body(openAIDialect, { turns }).messages).toEqual([
      { role: 'user', content: [{ type: 'image_url', image_url: { url: `data:image/png;base64,${base64}` } }] },
    ]);
    expect(body(ollamaDialect, { turns }).messages).toEqual([{ role: 'user', content: '', images: [base64] }]);
  });

  test('that are an address, a sound, or an image within a tool result are refused', () => {
    expect(
      refused(new HumanMessage({ content: [{ type: 'image_url', image_url: 'https://example.com/a.png' }] })),
    ).toBe('E_CAPABILITY');
    expect(refused(new HumanMessage({ content: [{ type: 'audio', mimeType: 'audio/wav', data: 'AAAA' }] }))).toBe(
      'E_CAPABILITY',
    );
    const image = { type: 'image', mimeType: 'image/png', data: base64 };
    expect(refused(new ToolMessage({ content: [image], tool_call_id: 'c' }))).toBe('E_INPUT');
  });
});
