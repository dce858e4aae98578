import type { ProviderDescriptor } from 'wooster';
import { infinity } from '../../../../plugins/local-model/providers/presets/infinity.ts';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { lmstudio } from '../../../../plugins/local-model/providers/presets/lmstudio.ts';
import { localai } from '../../../../plugins/local-model/providers/presets/localai.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { openAICompatible } from '../../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { tei } from '../../../../plugins/local-model/providers/presets/tei.ts';
import { vllm } from '../../../../plugins/local-model/providers/presets/vllm.ts';
import { describeEmbeddingModel } from '../../../contracts/embedding-model.ts';
import { startFakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { DialectId } from '../../../fakes/model-server/protocol.ts';
import { makeProvider } from './preset-setup.ts';

interface Row {
  readonly preset: ProviderDescriptor;
  readonly dialect: DialectId;
  readonly path?: string;
  readonly hasIndex?: boolean;
  readonly isExact?: boolean;
}

const rows: readonly Row[] = [
  { preset: ollama, dialect: 'ollama', path: '/api/embed', hasIndex: false },
  { preset: llamacpp, dialect: 'llamacpp', isExact: true },
  { preset: lmstudio, dialect: 'lmstudio' },
  { preset: localai, dialect: 'localai' },
  { preset: vllm, dialect: 'vllm', isExact: true },
  { preset: tei, dialect: 'tei', path: '/embed', hasIndex: false, isExact: true },
  { preset: infinity, dialect: 'infinity', path: '/embeddings' },
  // Whatever a generic address turns out to be is embedded by its own route.
  { preset: openAICompatible, dialect: 'openai' },
  { preset: openAICompatible, dialect: 'llama-cpp-python' },
  { preset: openAICompatible, dialect: 'ollama', path: '/api/embed', hasIndex: false },
  { preset: openAICompatible, dialect: 'tei', path: '/embed', hasIndex: false, isExact: true },
  { preset: openAICompatible, dialect: 'infinity', path: '/embeddings' },
];

for (const { preset, dialect, path = '/v1/embeddings', hasIndex = true, isExact = false } of rows) {
  describeEmbeddingModel({
    name: preset.id === dialect ? preset.id : `${preset.id} over ${dialect}`,
    embedder: {
      name: 'e',
      dimensions: 16,
      maxTokens: 256,
      pooling: 'mean',
      isNormalized: true,
      queryPrefix: '',
      documentPrefix: '',
      quantization: 'none',
      shorterDimensions: [],
    },
    path,
    isScripted: true,
    hasIndex,
    countsTokens: isExact ? 'exact' : 'estimate',
    async start() {
      const server = await startFakeModelServer({
        dialect,
        models: [{ id: 'e', capabilities: ['embedding'], dimensions: 16, contextLength: 256 }],
        isEmbeddingServer: true,
      });
      const { provider, dispose } = makeProvider(preset, { baseUrl: server.url, isDeclaredLocal: true });
      return {
        provider,
        model: 'e',
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
