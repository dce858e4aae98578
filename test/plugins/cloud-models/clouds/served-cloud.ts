import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { AIMessage, HumanMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import { LOCAL_PRINCIPAL, type CallContext, type CloudPermit, type Provider } from 'wooster';
import { createPermitOffice } from '../../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { FakeModel, RequestRecord } from '../../../fakes/model-server/protocol.ts';
import { makeProvider } from '../../local-model/providers/preset-setup.ts';
import { CLOUDS, type CloudUnderTest } from './clouds.ts';

/** The key that the fakes take. */
export const KEY = 'sk-right-0123456789';

const LIMITS = { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 };

/** What of an answer was seen before it ended or failed. */
export interface Seen {
  readonly answer: AIMessage;
  readonly error: unknown;
}

/** One cloud over a fake server that runs as long as the tests of the file. */
export class ServedCloud {
  readonly cloud: CloudUnderTest;
  readonly permits = createPermitOffice();
  readonly permit: CloudPermit;
  server!: FakeModelServer;
  readonly #undo: (() => Promise<void>)[] = [];

  constructor(id: string) {
    this.cloud = CLOUDS.find(({ descriptor }) => descriptor.id === id)!;
    this.permit = this.permits.issue({ providerId: id, decisionId: 'd1', grantedBy: 'a test' });
  }

  /** Starts with the file, and is as good as new for each test. */
  during(models: readonly (string | FakeModel)[]): this {
    const options = { dialect: this.cloud.dialect, models: [...models], key: KEY };
    beforeAll(async () => {
      this.server = await startFakeModelServer(options);
    }, 30_000);
    afterEach(async () => {
      for (const step of this.#undo.splice(0)) await step();
      await this.server.reset(options);
    });
    afterAll(() => this.server.stop());
    return this;
  }

  provider(entry: Parameters<typeof makeProvider>[1] = {}): Provider {
    const { provider, dispose } = makeProvider(this.cloud.descriptor, {
      baseUrl: this.server.url + this.cloud.prefix,
      key: KEY,
      needsPermit: true,
      permits: this.permits,
      ...entry,
    });
    this.#undo.push(dispose);
    return provider;
  }

  call(changes: Partial<CallContext> = {}): CallContext {
    const signal = new AbortController().signal;
    const { permit } = this;
    return { parameters: {}, limits: LIMITS, principal: LOCAL_PRINCIPAL, attemptId: 'a', signal, permit, ...changes };
  }

  model(
    options: Record<string, unknown> = {},
    { id = 'm', ...call }: Partial<CallContext> & { id?: string } = {},
  ): Promise<BaseChatModel> {
    return this.provider({ options }).chat!(id, this.call(call));
  }

  /** The requests of chats. */
  async chats(): Promise<readonly (RequestRecord & { body: Record<string, unknown> })[]> {
    const records = await this.server.requests(500);
    return records.filter(({ method }) => method === 'POST') as (RequestRecord & { body: Record<string, unknown> })[];
  }
}

/** What stands in a JSON value at a place. */
export function within(value: unknown, path: readonly (string | number)[]): unknown {
  return path.reduce<unknown>((inner, name) => (inner as Record<string | number, unknown> | undefined)?.[name], value);
}

/** Reads a streamed answer to its end, whatever that is. */
export async function readStream(
  model: BaseChatModel,
  messages: BaseMessage[] = [new HumanMessage('q')],
  options: Record<string, unknown> = {},
): Promise<Seen> {
  let sum: AIMessageChunk | undefined;
  let error: unknown;
  try {
    for await (const { message } of model._streamResponseChunks(messages, options)) {
      sum = sum?.concat(message as AIMessageChunk) ?? (message as AIMessageChunk);
    }
  } catch (thrown) {
    error = thrown;
  }
  const { content = '', tool_calls, additional_kwargs, response_metadata, usage_metadata } = sum ?? {};
  const answer = new AIMessage({ content, tool_calls, additional_kwargs, response_metadata, usage_metadata });
  return { answer, error };
}
