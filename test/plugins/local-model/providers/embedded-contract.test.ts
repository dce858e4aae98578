import { embedded } from '../../../../plugins/local-model/providers/embedded.ts';
import type { ChatFacts } from '../../../../plugins/local-model/providers/embedded/embedded-port.ts';
import { NATIVE_WAY, type PlayedToolWay } from '../../../contracts/chat-provider-tools.ts';
import { describeChatProvider } from '../../../contracts/chat-provider.ts';
import { startFakeModelServer } from '../../../fakes/fake-model-server.ts';
import { makeProvider } from './preset-setup.ts';
import { PROMPT_WAY } from './written-ways.ts';

const KEY = 'key-of-the-engine';

/** Engines speak the wire of OpenAI to the host, with a key of their own; one has grammars, the other is asked in words. */
const ENGINES: readonly { engine: string; facts: Partial<ChatFacts>; way: PlayedToolWay }[] = [
  { engine: 'node-llama-cpp', facts: { tools: 'grammar' }, way: NATIVE_WAY },
  { engine: 'onnxruntime-node', facts: { tools: 'none', canJson: false }, way: PROMPT_WAY },
];

for (const { engine, facts, way } of ENGINES) {
  describeChatProvider({
    name: `embedded, by ${engine}`,
    isScripted: true,
    path: '/v1/chat/completions',
    abilities: { tools: true, json: true, vision: false, reasoning: false },
    toolWays: [way],
    async start() {
      const server = await startFakeModelServer({ dialect: 'openai', models: ['tiny'], key: KEY });
      const { provider, dispose } = makeProvider(
        embedded({
          modelId: 'tiny',
          mayDownload: false,
          entry: () => ({ title: 'Tiny', engine, tools: 'none', ...facts }),
          isPresent: async () => true,
          isRunning: () => true,
          endpoint: async () => ({ baseUrl: `${server.url}/v1`, apiKey: KEY }),
          dispose: () => {},
        }),
      );
      return {
        provider,
        model: 'tiny',
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
