import { plugin } from '../../../plugins/cloud-models/index.ts';
import { openai } from '../../../plugins/cloud-models/openai/openai-provider.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { describeChatProvider } from '../../contracts/chat-provider.ts';
import { startFakeModelServer } from '../../fakes/fake-model-server.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';

describeChatProvider({
  name: `${plugin.id}: openai`,
  isScripted: true,
  path: '/v1/chat/completions',
  abilities: { tools: true, json: true, vision: true, reasoning: false },
  async start() {
    const server = await startFakeModelServer({ dialect: 'openai', models: ['m'], key: 'right' });
    const permits = createPermitOffice();
    const permit = permits.issue({ providerId: 'openai', decisionId: 'd1', grantedBy: 'a test' });
    const { provider, dispose } = makeProvider(openai, {
      baseUrl: server.url,
      key: 'right',
      needsPermit: true,
      permits,
    });
    return {
      provider,
      permit,
      model: 'm',
      script: (rules) => server.script(rules),
      requests: (waitMs) => server.requests(waitMs),
      stop: async () => {
        await dispose();
        await server.stop();
      },
    };
  },
});
