import type { FakeModel, FakeServerOptions, Rule } from '../model-server/protocol.ts';

/** One call of a real server that the fake must answer in the same manner. */
export interface Case {
  recording: string;
  /** Instead of the recorded request, where the file tells it in words or in headers. */
  body?: unknown;
  headers?: Record<string, string>;
  rules?: Rule[];
  options?: Partial<FakeServerOptions>;
}

const words = (count: number): string => Array.from({ length: count }, () => 'word').join(' ');
const weather: Rule[] = [{ reply: { toolCalls: [{ name: 'get_weather', arguments: { city: 'Paris' } }] } }];
const chatModel = (id: string): FakeModel => ({ id, capabilities: ['completion'], contextLength: 512 });
const embeddingModel = (id: string): FakeModel => ({
  id,
  capabilities: ['embedding'],
  contextLength: 512,
  dimensions: 8,
});

/** A chat model of two names and one for embeddings, as the recorded Ollama had. */
export const ollamaModels = [chatModel('gemma'), chatModel('smol'), { ...embeddingModel('emb'), isLoaded: false }];
const tools = {
  models: [{ id: 'smoltools', capabilities: ['completion', 'tools', 'thinking'] }],
} satisfies Partial<FakeServerOptions>;
const ollamaOld = { version: '0.24.0' };
const minilm = { models: [embeddingModel('minilm')], isEmbeddingServer: true };
const router = { models: [{ ...chatModel('gemma'), isLoaded: false }, chatModel('smol')], isRouter: true };
const loading: Rule[] = [{ fault: { kind: 'loading' } }];

/** Same status, framing, content type, end marker, names and types as the recording. */
export const sameShape: Record<string, { server: FakeServerOptions; cases: Case[] }> = {
  ollama: {
    server: { dialect: 'ollama', models: ollamaModels },
    cases: [
      { recording: 'ollama-0.34-chat-stream-smol' },
      { recording: 'ollama-0.34-chat-nostream-smol' },
      { recording: 'ollama-0.34-chat-num-predict-length' },
      { recording: 'ollama-0.34-chat-format-json-schema' },
      { recording: 'ollama-0.34-generate-stream' },
      { recording: 'ollama-0.34-unload' },
      { recording: 'ollama-0.34-load-forever' },
      { recording: 'ollama-0.34-version' },
      { recording: 'ollama-0.34-tags' },
      { recording: 'ollama-0.24-tags', options: ollamaOld },
      { recording: 'ollama-0.34-ps-loaded' },
      { recording: 'ollama-0.34-embed-ok' },
      { recording: 'ollama-0.34-embed-dims' },
      { recording: 'ollama-0.34-embed-empty' },
      { recording: 'ollama-0.34-embeddings-legacy' },
      { recording: 'ollama-0.34-v1models' },
      { recording: 'ollama-0.34-v1chat' },
      { recording: 'ollama-0.34-v1chat-stream' },
      { recording: 'ollama-0.24-v1chat-stream', options: ollamaOld },
      { recording: 'ollama-0.24-chat-stream-smol', options: ollamaOld },
      { recording: 'ollama-0.34-v1embeddings-ok' },
    ],
  },
  llamacpp: {
    server: { dialect: 'llamacpp', models: [chatModel('qwen')] },
    cases: [
      { recording: 'llama-server-b10068-chat' },
      { recording: 'llama-server-b10068-chat-stream' },
      { recording: 'llama-server-b10068-chat-length' },
      { recording: 'llama-server-b10068-json-schema' },
      { recording: 'llama-server-b10068-tools', rules: weather },
      { recording: 'llama-server-b10068-tools-stream', rules: weather },
      { recording: 'llama-server-b10068-tools-unparsed-stream', rules: [{ fault: { kind: 'in-band-error' } }] },
      { recording: 'llama-server-b10068-models' },
      { recording: 'llama-server-b10068-embeddings-models', options: minilm },
      { recording: 'llama-server-b10068-embeddings', options: minilm },
      { recording: 'llama-server-b10068-embeddings-empty', options: minilm },
      { recording: 'llama-server-b10068-embeddings-base64', options: minilm },
      {
        recording: 'llama-server-router-models',
        options: { ...router, models: router.models.map((model) => ({ ...model, isLoaded: false })) },
      },
      { recording: 'llama-server-router-models-loaded', options: router },
      { recording: 'llama-server-router-props', options: router },
    ],
  },
  mlx: {
    server: { dialect: 'mlx', models: ['local'] },
    cases: [
      { recording: 'mlx-lm-0.32.2-chat' },
      { recording: 'mlx-lm-0.32.2-chat-stream' },
      { recording: 'mlx-lm-0.32.2-tools-ignored' },
      { recording: 'mlx-lm-0.32.2-unknown-model' },
    ],
  },
};

/** The very same body, word for word. */
export const sameBody: Record<string, { server: FakeServerOptions; cases: Case[] }> = {
  ollama: {
    server: { dialect: 'ollama', models: ollamaModels },
    cases: [
      { recording: 'ollama-0.34-bad-host', headers: { host: 'evil.example' } },
      { recording: 'ollama-0.34-chat-badjson' },
      { recording: 'ollama-0.34-chat-nomodel' },
      { recording: 'ollama-0.34-chat-unknown' },
      { recording: 'ollama-0.34-chat-on-embed' },
      { recording: 'ollama-0.34-chat-image-unsupported' },
      { recording: 'ollama-0.34-chat-think-unsupported' },
      { recording: 'ollama-0.34-chat-tools-unsupported' },
      { recording: 'ollama-0.34-delete-unknown' },
      { recording: 'ollama-0.34-embed-toolong', body: { model: 'emb', input: words(600), truncate: false } },
      { recording: 'ollama-0.34-embed-unknown' },
      { recording: 'ollama-0.34-generate-unknown' },
      {
        recording: 'ollama-0.34-longprompt-notruncate',
        body: { model: 'smol', stream: false, truncate: false, messages: [{ role: 'user', content: words(3010) }] },
        options: { models: [{ ...chatModel('smol'), contextLength: 1024 }] },
      },
      { recording: 'ollama-0.34-notfound' },
      { recording: 'ollama-0.34-show-unknown' },
      { recording: 'ollama-0.34-v1chat-on-embed' },
      { recording: 'ollama-0.34-v1chat-tools-unsupported' },
      { recording: 'ollama-0.34-v1chat-unknown' },
      { recording: 'ollama-0.34-v1embeddings' },
    ],
  },
  llamacpp: {
    server: { dialect: 'llamacpp', models: [chatModel('qwen')] },
    cases: [
      { recording: 'llama-server-b10068-bad-json' },
      { recording: 'llama-server-b10068-chat-loading', rules: loading },
      { recording: 'llama-server-b10068-health-loading', rules: loading },
      { recording: 'llama-server-b10068-health' },
      { recording: 'llama-server-b10068-embeddings-chat', options: minilm },
      { recording: 'llama-server-b10068-embeddings-off' },
      { recording: 'llama-server-b10068-embeddings-too-long', body: { input: words(1502) }, options: minilm },
      { recording: 'llama-server-b10068-no-key', options: { key: 'other' } },
      { recording: 'llama-server-b10068-no-messages' },
      { recording: 'llama-server-b10068-too-long', body: { messages: [{ role: 'user', content: words(1531) }] } },
      {
        recording: 'llama-server-b10068-too-long-stream',
        body: { stream: true, messages: [{ role: 'user', content: words(1531) }] },
      },
      { recording: 'llama-server-b10068-unknown-path' },
      { recording: 'llama-server-router-unknown', options: router },
      { recording: 'llama-server-router-unload', options: { ...router, models: [chatModel('gemma')] } },
    ],
  },
  mlx: {
    server: { dialect: 'mlx', models: ['local'] },
    cases: [
      { recording: 'mlx-lm-0.32.2-bad-json' },
      { recording: 'mlx-lm-0.32.2-bad-type' },
      { recording: 'mlx-lm-0.32.2-embeddings' },
      { recording: 'mlx-lm-0.32.2-health' },
      { recording: 'mlx-lm-0.32.2-models-no-cache', options: { models: [] } },
      { recording: 'mlx-lm-0.32.2-no-messages' },
    ],
  },
};

/** Long descriptions the fake shortens: it may leave names out but invents none. */
export const subset: Case[] = [
  { recording: 'ollama-0.34-show-smol' },
  { recording: 'ollama-0.34-show-tools', options: tools },
];
