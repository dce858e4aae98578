import { openai } from '../../../plugins/cloud-models/openai/openai-provider.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { describeEmbeddingModel } from '../../contracts/embedding-model.ts';
import { startFakeModelServer } from '../../fakes/fake-model-server.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';

const MODEL = 'text-embedding-3-small';

describeEmbeddingModel({
  name: `openai over LangChain's package`,
  embedder: {
    name: MODEL,
    dimensions: 16,
    maxTokens: 256,
    pooling: 'unknown',
    isNormalized: true,
    queryPrefix: '',
    documentPrefix: '',
    quantization: 'unknown',
    shorterDimensions: [8],
  },
  path: '/v1/embeddings',
  isScripted: true,
  hasIndex: true,
  countsTokens: 'estimate',
  async start() {
    const server = await startFakeModelServer({
      dialect: 'openai',
      models: [{ id: MODEL, capabilities: ['embedding'], dimensions: 16, contextLength: 256 }],
      key: 'right',
    });
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
      model: MODEL,
      script: (rules) => server.script(rules),
      requests: () => server.requests(),
      refuse: () => server.refuse(),
      listen: () => server.listen(),
      stop: async () => {
        await dispose();
        await server.stop();
      },
    };
  },
});
