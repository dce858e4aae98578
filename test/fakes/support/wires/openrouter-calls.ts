import type { Rule } from '../../model-server/protocol.ts';
import { CALL, question, type DocumentedCall } from './documented-call.ts';

const OPENROUTER = 'openrouter.ai/docs, errors; recordings in 0xPlaygrounds/rig, tests/cassettes/openrouter';
const openRouterHead = { id: 'gen', created: 0, model: 'm' };
const openRouterUsage = {
  prompt_tokens: 1,
  completion_tokens: 1,
  total_tokens: 2,
  prompt_tokens_details: { cached_tokens: 0 },
  cost: 0.1,
};
const paid: Rule[] = [{ ...CALL[0], reply: { ...CALL[0]!.reply, usage: { costUsd: 0.1 } } }];

/** Calls of OpenRouter. */
export const openRouterCalls: DocumentedCall[] = [
  {
    what: 'a whole answer',
    dialect: 'openrouter',
    source: OPENROUTER,
    path: '/api/v1/chat/completions',
    body: question,
    rules: paid,
    whole: {
      ...openRouterHead,
      object: 'chat.completion',
      choices: [
        {
          index: 0,
          message: {
            role: 'assistant',
            content: 't',
            reasoning: 't',
            tool_calls: [{ id: 'i', type: 'function', function: { name: 'f', arguments: '{}' } }],
          },
          finish_reason: 'tool_calls',
        },
      ],
      usage: openRouterUsage,
    },
  },
  {
    what: 'a streamed answer',
    dialect: 'openrouter',
    source: OPENROUTER,
    path: '/api/v1/chat/completions',
    body: { ...question, stream: true, stream_options: { include_usage: true } },
    rules: paid,
    frames: [
      { role: 'assistant', reasoning: 't' },
      { role: 'assistant', content: 't' },
      {
        role: 'assistant',
        tool_calls: [{ index: 0, id: 'i', type: 'function', function: { name: 'f', arguments: '{' } }],
      },
      { role: 'assistant', tool_calls: [{ index: 0, function: { arguments: '{' } }] },
    ]
      .map((delta): unknown => ({
        ...openRouterHead,
        object: 'chat.completion.chunk',
        choices: [{ index: 0, delta, finish_reason: null }],
      }))
      .concat([
        {
          ...openRouterHead,
          object: 'chat.completion.chunk',
          choices: [{ index: 0, delta: { role: 'assistant', content: '' }, finish_reason: 'tool_calls' }],
        },
        { ...openRouterHead, object: 'chat.completion.chunk', choices: [], usage: openRouterUsage },
      ]),
  },
  {
    what: 'a refusal',
    dialect: 'openrouter',
    source: OPENROUTER,
    path: '/api/v1/chat/completions',
    body: { ...question, model: 'nobody' },
    status: 400,
    whole: { error: { code: 400, message: 'x is not a valid model ID', metadata: {} }, user_id: 'u' },
  },
  {
    what: 'a list of models',
    dialect: 'openrouter',
    source: OPENROUTER,
    path: '/api/v1/models',
    whole: {
      data: [
        {
          id: 'i',
          name: 'n',
          created: 0,
          context_length: 1,
          architecture: { input_modalities: ['text'], output_modalities: ['text'] },
          pricing: {
            prompt: '0',
            completion: '0',
            request: '0',
            image: '0',
            input_cache_read: '0',
            input_cache_write: '0',
          },
          top_provider: { context_length: 1, max_completion_tokens: 1, is_moderated: false },
          supported_parameters: ['tools'],
        },
      ],
    },
  },
];
