import { afterAll, beforeAll } from '@jest/globals';
import type { BaseChatModel } from '@langchain/core/language_models/chat_models';
import { LOCAL_PRINCIPAL, type CallContext, type Provider } from 'wooster';
import { openai } from '../../../plugins/cloud-models/clouds.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';

/** The OpenAI provider, with a permit, over a fake server that runs as long as the tests of the file. */
export function servedOpenAI() {
  const permits = createPermitOffice();
  const permit = permits.issue({ providerId: 'openai', decisionId: 'd1', grantedBy: 'a test' });
  let server: FakeModelServer;
  let made: { provider: Provider; dispose: () => Promise<void> };
  beforeAll(async () => {
    server = await startFakeModelServer({ dialect: 'openai', models: ['m'] });
    made = makeProvider(openai, { baseUrl: server.url, key: 'sk-right', needsPermit: true, permits });
  }, 30_000);
  afterAll(async () => {
    await made.dispose();
    await server.stop();
  });
  return {
    get server(): FakeModelServer {
      return server;
    },
    makeModel(): Promise<BaseChatModel> {
      const call: CallContext = {
        parameters: {},
        limits: { connectMs: 1000, loadMs: 1000, firstTokenMs: 5000, idleMs: 5000, totalMs: 10_000 },
        principal: LOCAL_PRINCIPAL,
        attemptId: 'a',
        signal: new AbortController().signal,
        permit,
      };
      return made.provider.chat!('m', call);
    },
  };
}
