import { readdirSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { classifyFault } from '../../../../src/kernel/http/faults/classify-fault.ts';
import { readErrorText } from '../../../../src/kernel/http/faults/error-body.ts';
import { readRecording } from '../../../fakes/model-server/recordings.ts';

const ROWS: [string, string, object?][] = [
  ['llama-server-b10068-chat-loading', 'E_LOADING'],
  ['llama-server-b10068-health-loading', 'E_LOADING'],
  ['llama-server-b10068-embeddings-chat', 'E_CAPABILITY', { capability: 'chat' }],
  ['llama-server-b10068-embeddings-off', 'E_CAPABILITY', { capability: 'embed' }],
  ['llama-server-b10068-embeddings-too-long', 'E_CONTEXT', { actualTokens: 1502, limitTokens: 512 }],
  ['llama-server-b10068-too-long', 'E_CONTEXT', { actualTokens: 1531, limitTokens: 512 }],
  ['llama-server-b10068-too-long-stream', 'E_CONTEXT', { actualTokens: 1531, limitTokens: 512 }],
  ['llama-server-b10068-no-key', 'E_PROVIDER_AUTH'],
  ['llama-server-b10068-no-messages', 'E_REJECTED'],
  ['llama-server-b10068-bad-json', 'E_PROVIDER_SERVER'],
  ['llama-server-b10068-unknown-path', 'E_CAPABILITY'],
  ['llama-server-router-unknown', 'E_MODEL_NOT_FOUND'],
  ['llama-server-router-load', 'E_BUSY'],
  ['mlx-lm-0.32.2-unknown-model', 'E_MODEL_NOT_FOUND'],
  ['mlx-lm-0.32.2-embeddings', 'E_CAPABILITY'],
  ['mlx-lm-0.32.2-bad-json', 'E_REJECTED'],
  ['mlx-lm-0.32.2-bad-type', 'E_REJECTED'],
  ['ollama-0.34-bad-host', 'E_PROVIDER_AUTH'],
  ['ollama-0.34-chat-badjson', 'E_REJECTED'],
  ['ollama-0.34-chat-nomodel', 'E_REJECTED'],
  ['ollama-0.34-chat-image-unsupported', 'E_CAPABILITY', { capability: 'vision' }],
  ['ollama-0.34-chat-on-embed', 'E_CAPABILITY', { capability: 'chat' }],
  ['ollama-0.34-chat-think-unsupported', 'E_CAPABILITY', { capability: 'reasoning' }],
  ['ollama-0.34-chat-tools-unsupported', 'E_CAPABILITY', { capability: 'tools' }],
  ['ollama-0.34-chat-unknown', 'E_MODEL_NOT_FOUND'],
  ['ollama-0.34-embed-unknown', 'E_MODEL_NOT_FOUND'],
  ['ollama-0.34-embed-toolong', 'E_CONTEXT'],
  ['ollama-0.34-longprompt-notruncate', 'E_CONTEXT', { actualTokens: 3010, limitTokens: 1024 }],
  ['ollama-0.34-notfound', 'E_CAPABILITY'],
  ['ollama-0.34-show-unknown', 'E_MODEL_NOT_FOUND'],
  ['ollama-0.34-v1chat-on-embed', 'E_CAPABILITY', { capability: 'chat' }],
  ['ollama-0.34-v1chat-tools-unsupported', 'E_CAPABILITY', { capability: 'tools' }],
  ['ollama-0.34-v1chat-unknown', 'E_MODEL_NOT_FOUND'],
  ['ollama-0.34-v1embeddings', 'E_CAPABILITY', { capability: 'embed' }],
  ['ollama-0.34-queue-2', 'E_BUSY'],
  ['llama-server-b10068-tools-unparsed', 'E_PROVIDER_SERVER'],
  ['mlx-lm-0.32.2-no-messages', 'E_REJECTED'],
  ['ollama-0.24-embed-unknown', 'E_MODEL_NOT_FOUND'],
  ['ollama-0.34-delete-unknown', 'E_MODEL_NOT_FOUND'],
  ['ollama-0.34-generate-unknown', 'E_MODEL_NOT_FOUND'],
];

describe('a recorded refusal', () => {
  test.each(ROWS)('%s becomes %s', (name, code, fields = {}) => {
    const { status, body } = readRecording(name);
    const place = { provider: 'p', address: '127.0.0.1:1', model: 'm', operation: 'chat' } as const;
    const error = classifyFault({ ...place, status, error: readErrorText(body) });
    expect(error).toMatchObject({ code, ...fields });
    expect(error.message).not.toMatch(/\n/);
  });

  test('of whichever server has its row here', () => {
    const folder = new URL('../../../fixtures/wire/', import.meta.url);
    const servers = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
    const names = servers.flatMap(({ name }) =>
      readdirSync(new URL(`${name}/`, folder))
        .filter((file) => file.endsWith('.txt'))
        .map((file) => `${name}-${file.slice(0, -'.txt'.length)}`),
    );
    const refusals = names.filter((name) => readRecording(name).status >= 400);
    expect(refusals.length).toBeGreaterThan(30);
    expect(refusals.toSorted()).toEqual(ROWS.map(([name]) => name).toSorted());
  });
});
