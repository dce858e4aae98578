import { CALL, question, type DocumentedCall } from './documented-call.ts';

const ANTHROPIC = 'types of @anthropic-ai/sdk 0.122; recordings in vercel/ai, packages/anthropic/src/__fixtures__';
const anthropicUsage = {
  input_tokens: 1,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
  cache_creation: { ephemeral_5m_input_tokens: 0, ephemeral_1h_input_tokens: 0 },
  output_tokens: 1,
  output_tokens_details: { thinking_tokens: 0 },
  service_tier: 'standard',
};
const anthropicHead = { id: 'msg', type: 'message', role: 'assistant', model: 'm' };

/** Calls of Anthropic. */
export const anthropicCalls: DocumentedCall[] = [
  {
    what: 'a whole answer',
    dialect: 'anthropic',
    source: ANTHROPIC,
    path: '/v1/messages',
    body: question,
    rules: CALL,
    whole: {
      ...anthropicHead,
      content: [
        { type: 'thinking', thinking: 't', signature: 's' },
        { type: 'text', text: 't' },
        { type: 'tool_use', id: 'i', name: 'f', input: { a: 1 } },
      ],
      stop_reason: 'tool_use',
      stop_sequence: null,
      usage: anthropicUsage,
    },
  },
  {
    what: 'a streamed answer',
    dialect: 'anthropic',
    source: ANTHROPIC,
    path: '/v1/messages',
    body: { ...question, stream: true },
    rules: CALL,
    frames: [
      {
        type: 'message_start',
        message: { ...anthropicHead, content: [], stop_reason: null, stop_sequence: null, usage: anthropicUsage },
      },
      { type: 'content_block_start', index: 0, content_block: { type: 'thinking', thinking: '', signature: '' } },
      { type: 'ping' },
      { type: 'content_block_delta', index: 0, delta: { type: 'thinking_delta', thinking: 't' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'signature_delta', signature: 's' } },
      { type: 'content_block_stop', index: 0 },
      { type: 'content_block_start', index: 1, content_block: { type: 'text', text: '' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'text_delta', text: 't' } },
      { type: 'content_block_start', index: 2, content_block: { type: 'tool_use', id: 'i', name: 'f', input: {} } },
      { type: 'content_block_delta', index: 2, delta: { type: 'input_json_delta', partial_json: '{' } },
      { type: 'message_delta', delta: { stop_reason: 'tool_use', stop_sequence: null }, usage: anthropicUsage },
      { type: 'message_stop' },
    ],
  },
  {
    what: 'a refusal',
    dialect: 'anthropic',
    source: ANTHROPIC,
    path: '/v1/messages',
    body: { ...question, model: 'nobody' },
    status: 404,
    whole: { type: 'error', error: { type: 'not_found_error', message: 'model: x' }, request_id: 'req' },
  },
  {
    what: 'a list of models',
    dialect: 'anthropic',
    source: ANTHROPIC,
    path: '/v1/models?limit=1',
    whole: {
      data: [{ type: 'model', id: 'i', display_name: 'd', created_at: 'c' }],
      has_more: true,
      first_id: 'i',
      last_id: 'i',
    },
  },
];
