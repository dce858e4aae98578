import { CALL, type DocumentedCall } from './documented-call.ts';

const GEMINI = 'types of @langchain/google 0.2.6; recordings in vercel/ai, packages/google/src/__fixtures__';
const geminiUsage = {
  promptTokenCount: 1,
  candidatesTokenCount: 1,
  totalTokenCount: 1,
  thoughtsTokenCount: 1,
  cachedContentTokenCount: 1,
};
const geminiParts = [
  { text: 't' },
  { text: 't', thought: true },
  { text: 't', thoughtSignature: 's' },
  { functionCall: { name: 'f', args: { a: 1 } } },
  { functionCall: { name: 'f', args: { a: 1 } }, thoughtSignature: 's' },
];
const geminiAnswer = {
  candidates: [{ content: { parts: geminiParts, role: 'model' }, finishReason: 'STOP', index: 0 }],
  usageMetadata: geminiUsage,
  modelVersion: 'm',
  responseId: 'r',
};
const contents = { contents: [{ role: 'user', parts: [{ text: 'hi' }] }] };

/** Calls of Gemini. */
export const geminiCalls: DocumentedCall[] = [
  {
    what: 'a whole answer',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/m:generateContent',
    body: contents,
    rules: CALL,
    whole: geminiAnswer,
  },
  {
    what: 'a streamed answer',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/m:streamGenerateContent?alt=sse',
    body: contents,
    rules: CALL,
    frames: [geminiAnswer],
  },
  {
    what: 'a blocked prompt',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/m:generateContent',
    body: contents,
    rules: [{ reply: { finishReason: 'blocked' } }],
    whole: {
      promptFeedback: { blockReason: 'PROHIBITED_CONTENT' },
      usageMetadata: geminiUsage,
      modelVersion: 'm',
      responseId: 'r',
    },
  },
  {
    what: 'a refusal',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/nobody:generateContent',
    body: contents,
    status: 404,
    whole: { error: { code: 404, message: 'm', status: 'NOT_FOUND' } },
  },
  {
    what: 'vectors',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/e:batchEmbedContents',
    body: { requests: [{ model: 'models/e', content: { parts: [{ text: 'hi' }] } }] },
    whole: { embeddings: [{ values: [0.1] }], usageMetadata: { promptTokenCount: 1 } },
  },
  {
    what: 'one vector',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/e:embedContent',
    body: { content: { parts: [{ text: 'hi' }] } },
    whole: { embedding: { values: [0.1] }, usageMetadata: { promptTokenCount: 1 } },
  },
  {
    what: 'a count',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models/m:countTokens',
    body: contents,
    whole: { totalTokens: 1 },
  },
  {
    what: 'a list of models',
    dialect: 'gemini',
    source: GEMINI,
    path: '/v1beta/models?pageSize=1',
    whole: {
      models: [
        {
          name: 'n',
          version: 'v',
          displayName: 'd',
          inputTokenLimit: 1,
          outputTokenLimit: 1,
          supportedGenerationMethods: ['generateContent'],
        },
      ],
      nextPageToken: 't',
    },
  },
];
