import { AIMessage, HumanMessage, SystemMessage, ToolMessage, type BaseMessage } from '@langchain/core/messages';

/** One pixel, as PNG. */
export const PIXEL = 'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
export const PIXEL_URL = `data:image/png;base64,${PIXEL}`;

type Content = BaseMessage['content'];

/** Reasoning, signatures and seals, so that tests can look for them anywhere in a request. */
export const REASONING = 'I should look it up';
export const SEAL = 'SEALED-BY-A-VENDOR';

function about(picture: unknown): HumanMessage {
  return new HumanMessage({ content: [{ type: 'text', text: 'What is this, and the weather?' }, picture] as Content });
}

function ollamaLike(): BaseMessage[] {
  return [
    new SystemMessage('Be brief.'),
    about({ type: 'image', mimeType: 'image/png', data: PIXEL }),
    new AIMessage({
      content: '',
      additional_kwargs: { reasoning_content: REASONING },
      tool_calls: [{ id: 'call_ab12cd34', name: 'get_weather', args: { city: 'Paris' } }],
      response_metadata: { provider: 'ollama', model: 'qwen3' },
    }),
    new ToolMessage({ content: '18 degrees', tool_call_id: 'call_ab12cd34' }),
    new AIMessage({ content: 'A pixel, 18 degrees.', response_metadata: { provider: 'ollama' } }),
    new HumanMessage('And tomorrow?'),
  ];
}

function callOfLlama(city: string): AIMessage {
  return new AIMessage({
    content: '',
    additional_kwargs: { reasoning_content: REASONING },
    tool_calls: [{ id: '0', name: 'get_weather', args: { city } }],
    response_metadata: { provider: 'llamacpp' },
  });
}

/** It repeats ids from turn to turn, and its arguments may be broken. */
function llamaServerLike(): BaseMessage[] {
  return [
    about({ type: 'image_url', image_url: PIXEL_URL }),
    callOfLlama('Paris'),
    new ToolMessage({ content: '18 degrees', tool_call_id: '0', name: 'get_weather' }),
    callOfLlama('Rome'),
    new ToolMessage({ content: '25 degrees', tool_call_id: '0', name: 'get_weather' }),
    new AIMessage({
      content: 'A pixel.',
      invalid_tool_calls: [{ id: 'x', name: 'get_weather', args: '{"city":', error: 'broken' }],
    }),
    new ToolMessage({ content: 'the arguments are no JSON', tool_call_id: 'x', status: 'error' }),
    new AIMessage('A pixel, 18 and 25 degrees.'),
    new HumanMessage('And tomorrow?'),
  ];
}

function openAILike(): BaseMessage[] {
  const id = 'fc_0f0e50a1476a6c35006912c58dc9f8819192c25864eb16f07f';
  const raw = { id, type: 'function' as const, function: { name: 'get_weather', arguments: '{"city":"Paris"}' } };
  return [
    new SystemMessage('Be brief.'),
    about({ type: 'input_image', image_url: PIXEL_URL, detail: 'low' }),
    new AIMessage({
      content: [
        { type: 'reasoning', summary: [{ type: 'summary_text', text: REASONING }], encrypted_content: SEAL },
        { type: 'output_text', text: 'Let me look. ', annotations: [] },
        { type: 'function_call', call_id: id, name: 'get_weather', arguments: '{"city":"Paris"}' },
      ] as Content,
      tool_calls: [{ id, name: 'get_weather', args: { city: 'Paris' } }],
      additional_kwargs: { tool_calls: [raw], reasoning: { encrypted_content: SEAL } },
      response_metadata: { model_provider: 'openai', model_name: 'gpt-x' },
    }),
    new ToolMessage({ content: '18 degrees', tool_call_id: id }),
    new AIMessage({ content: 'A pixel, 18 degrees.', response_metadata: { model_provider: 'openai' } }),
    new HumanMessage('And tomorrow?'),
  ];
}

function anthropicLike(): BaseMessage[] {
  const id = 'toolu_01D7FLrfh4GYq7yT1ULFeyMV';
  return [
    new SystemMessage('Be brief.'),
    about({ type: 'image', source: { type: 'base64', media_type: 'image/png', data: PIXEL } }),
    new AIMessage({
      content: [
        { type: 'thinking', thinking: REASONING, signature: SEAL },
        { type: 'redacted_thinking', data: SEAL },
        { type: 'text', text: 'Let me look. ', citations: [{ cited_text: SEAL }] },
        { type: 'tool_use', id, name: 'get_weather', input: { city: 'Paris' } },
        { type: 'input_json_delta', index: 3, input: '{"city":"Paris"}' },
      ] as Content,
      tool_calls: [{ id, name: 'get_weather', args: { city: 'Paris' } }],
      response_metadata: { model_provider: 'anthropic' },
    }),
    new ToolMessage({ content: [{ type: 'text', text: '18 degrees' }], tool_call_id: id }),
    new AIMessage({ content: [{ type: 'text', text: 'A pixel, 18 degrees.' }] as Content }),
    new HumanMessage('And tomorrow?'),
  ];
}

/** One conversation with a tool, reasoning and a picture, as each kind of model would have written its part. */
export const CONVERSATIONS: Readonly<Record<string, () => BaseMessage[]>> = {
  'an Ollama-like model': ollamaLike,
  'a llama-server-like model': llamaServerLike,
  'an OpenAI model': openAILike,
  'an Anthropic-like model': anthropicLike,
};
