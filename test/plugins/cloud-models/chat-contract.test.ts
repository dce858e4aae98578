import { plugin } from '../../../plugins/cloud-models/index.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { describeChatProvider } from '../../contracts/chat-provider.ts';
import { startFakeModelServer } from '../../fakes/fake-model-server.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';
import { CLOUDS } from './clouds/clouds.ts';

for (const { descriptor, dialect, prefix, chatPath, hasReasoning } of CLOUDS) {
  describeChatProvider({
    name: `${plugin.id}: ${descriptor.id}`,
    isScripted: true,
    path: chatPath,
    abilities: { tools: true, json: true, vision: true, reasoning: hasReasoning },
    async start() {
      const server = await startFakeModelServer({ dialect, models: ['m'], key: 'right' });
      const permits = createPermitOffice();
      const permit = permits.issue({ providerId: descriptor.id, decisionId: 'd1', grantedBy: 'a test' });
      const { provider, dispose } = makeProvider(descriptor, {
        baseUrl: server.url + prefix,
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
}
