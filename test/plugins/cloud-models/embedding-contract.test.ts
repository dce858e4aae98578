import type { ProviderDescriptor } from 'wooster';
import { gemini, openai } from '../../../plugins/cloud-models/clouds.ts';
import { createPermitOffice } from '../../../src/kernel/http/permit-office.ts';
import { describeEmbeddingModel } from '../../contracts/embedding-model.ts';
import { startFakeModelServer } from '../../fakes/fake-model-server.ts';
import type { DialectId } from '../../fakes/model-server/protocol.ts';
import { makeProvider } from '../local-model/providers/preset-setup.ts';

interface Embedder {
  readonly descriptor: ProviderDescriptor;
  readonly dialect: DialectId;
  readonly model: string;
  readonly path: string;
  readonly hasIndex: boolean;
}

const EMBEDDERS: readonly Embedder[] = [
  {
    descriptor: openai,
    dialect: 'openai',
    model: 'text-embedding-3-small',
    path: '/v1/embeddings',
    hasIndex: true,
  },
  {
    descriptor: gemini,
    dialect: 'gemini',
    model: 'gemini-embedding-001',
    path: '/v1beta/models/gemini-embedding-001:batchEmbedContents',
    hasIndex: false,
  },
];

for (const { descriptor, dialect, model, path, hasIndex } of EMBEDDERS) {
  describeEmbeddingModel({
    name: `${descriptor.id} over the guarded fetch`,
    embedder: {
      name: model,
      dimensions: 16,
      maxTokens: 256,
      pooling: 'unknown',
      isNormalized: true,
      queryPrefix: '',
      documentPrefix: '',
      quantization: 'unknown',
      shorterDimensions: [8],
    },
    path,
    isScripted: true,
    hasIndex,
    countsTokens: 'estimate',
    async start() {
      const server = await startFakeModelServer({
        dialect,
        models: [{ id: model, capabilities: ['embedding'], dimensions: 16, contextLength: 256 }],
        key: 'right',
      });
      const permits = createPermitOffice();
      const permit = permits.issue({ providerId: descriptor.id, decisionId: 'd1', grantedBy: 'a test' });
      const { provider, dispose } = makeProvider(descriptor, {
        baseUrl: server.url,
        key: 'right',
        needsPermit: true,
        permits,
      });
      return {
        provider,
        permit,
        model,
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
}
