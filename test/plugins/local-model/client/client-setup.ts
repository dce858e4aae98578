import { afterAll, afterEach, beforeAll } from '@jest/globals';
import {
  LOCAL_PRINCIPAL,
  normalizeBaseUrl,
  Secret,
  type CallContext,
  type CallLimits,
  type GuardedHttp,
} from 'wooster';
import {
  LocalModelClient,
  type LocalModelClientOptions,
} from '../../../../plugins/local-model/client/local-model-client.ts';
import type { ChatDelta } from '../../../../plugins/local-model/client/chat-reply.ts';
import type { ChatRequest } from '../../../../plugins/local-model/client/chat-request.ts';
import { ollamaDialect } from '../../../../plugins/local-model/client/dialects/ollama-dialect.ts';
import { openAIDialect } from '../../../../plugins/local-model/client/dialects/openai-dialect.ts';
import { createGuardedHttp } from '../../../../src/kernel/http/guarded-http.ts';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { FakeServerOptions } from '../../../fakes/model-server/protocol.ts';

/** Starts one fake server for all tests of a file; its script is emptied after each. */
export function fakeServer(options: FakeServerOptions): Promise<FakeModelServer> {
  const { promise: started, resolve } = Promise.withResolvers<FakeModelServer>();
  beforeAll(async () => resolve(await startFakeModelServer(options)), 30_000);
  afterEach(async () => {
    const server = await started;
    await server.script([]);
    await server.forget();
  });
  afterAll(async () => (await started).stop());
  return started;
}

const clients: GuardedHttp[] = [];
afterAll(() => clients.splice(0).forEach((http) => http.dispose()));

/** Limits no healthy fake server reaches, unless a test names smaller ones. */
export function limits(changes: Partial<CallLimits> = {}): CallLimits {
  return { connectMs: 1000, loadMs: 5000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000, ...changes };
}

/** A call context without a permit. */
export function call(changes: Partial<CallContext> = {}): CallContext {
  return {
    parameters: {},
    limits: limits(),
    principal: LOCAL_PRINCIPAL,
    attemptId: 'a1',
    signal: new AbortController().signal,
    ...changes,
  };
}

/** A client of a server, in the dialect its options name. */
export function clientOf(
  url: string,
  options: Partial<Omit<LocalModelClientOptions, 'dialect'>> & { dialect?: 'openai' | 'ollama'; key?: string } = {},
): LocalModelClient {
  const { dialect, key, ...rest } = options;
  const http = createGuardedHttp({
    providerId: 'test',
    baseUrls: [url],
    needsPermit: false,
    permits: createPermitOffice(),
  });
  clients.push(http);
  return new LocalModelClient({
    provider: 'test',
    base: normalizeBaseUrl(url),
    http,
    quirks: new Set(),
    apiKey: key === undefined ? undefined : new Secret(key),
    ...rest,
    dialect: dialect === 'ollama' ? ollamaDialect : openAIDialect,
  });
}

/** A question of one turn. */
export function ask(text: string, changes: Partial<ChatRequest> = {}): ChatRequest {
  return { model: 'm', turns: [{ role: 'user', parts: [{ kind: 'text', text }] }], parameters: {}, ...changes };
}

/** Reads a stream to its end or its error. */
export async function drain(
  stream: AsyncIterable<ChatDelta>,
): Promise<{ text: string; reasoning: string; deltas: ChatDelta[]; error: unknown }> {
  const deltas: ChatDelta[] = [];
  let error: unknown;
  try {
    for await (const delta of stream) deltas.push(delta);
  } catch (thrown) {
    error = thrown;
  }
  const joined = (kind: 'text' | 'reasoning'): string =>
    deltas.map((delta) => (delta.kind === kind ? (delta as { text: string }).text : '')).join('');
  return { text: joined('text'), reasoning: joined('reasoning'), deltas, error };
}
