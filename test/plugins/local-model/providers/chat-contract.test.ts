import type { ProviderDescriptor } from 'wooster';
import { llamacpp } from '../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { lmstudio } from '../../../../plugins/local-model/providers/presets/lmstudio.ts';
import { localai } from '../../../../plugins/local-model/providers/presets/localai.ts';
import { mlx } from '../../../../plugins/local-model/providers/presets/mlx.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import { openAICompatible } from '../../../../plugins/local-model/providers/presets/openai-compatible.ts';
import { llamaCppPython } from '../../../../plugins/local-model/providers/presets/python/llama-cpp-python.ts';
import { mlxOmniServer } from '../../../../plugins/local-model/providers/presets/python/mlx-omni-server.ts';
import { mlxVlm } from '../../../../plugins/local-model/providers/presets/python/mlx-vlm.ts';
import { vllm } from '../../../../plugins/local-model/providers/presets/vllm.ts';
import { describeChatProvider } from '../../../contracts/chat-provider.ts';
import { NATIVE_WAY } from '../../../contracts/chat-provider-tools.ts';
import { startFakeModelServer } from '../../../fakes/fake-model-server.ts';
import type { DialectId } from '../../../fakes/model-server/protocol.ts';
import { makeProvider } from './preset-setup.ts';
import { PROMPT_WAY, SCHEMA_WAY } from './written-ways.ts';

const cases: readonly { preset: ProviderDescriptor; dialect: DialectId; streamUsage?: boolean }[] = [
  { preset: ollama, dialect: 'ollama' },
  { preset: llamacpp, dialect: 'llamacpp' },
  { preset: lmstudio, dialect: 'lmstudio' },
  { preset: localai, dialect: 'localai' },
  { preset: vllm, dialect: 'vllm' },
  { preset: mlx, dialect: 'mlx' },
  { preset: mlxVlm, dialect: 'mlx-vlm' },
  { preset: mlxOmniServer, dialect: 'mlx-omni-server' },
  // Its source reads no stream_options (0.3).
  { preset: llamaCppPython, dialect: 'llama-cpp-python', streamUsage: false },
  { preset: openAICompatible, dialect: 'openai' },
];

for (const { preset, dialect, streamUsage } of cases) {
  describeChatProvider({
    name: preset.id,
    isScripted: true,
    path: preset.id === 'ollama' ? '/api/chat' : '/v1/chat/completions',
    abilities: { tools: true, json: true, vision: true, reasoning: true, streamUsage },
    toolWays: [NATIVE_WAY, SCHEMA_WAY, PROMPT_WAY],
    async start() {
      const server = await startFakeModelServer({
        dialect,
        models: [{ id: 'm', capabilities: ['completion', 'tools', 'vision', 'thinking'], isLoaded: true }],
      });
      const { provider, dispose } = makeProvider(preset, { baseUrl: server.url, isDeclaredLocal: true });
      return {
        provider,
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
