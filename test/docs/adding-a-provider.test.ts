import { readFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { afterAll, expect, test } from '@jest/globals';
import type { ProviderDescriptor } from 'wooster';
import { describeChatProvider } from '../contracts/chat-provider.ts';
import { startFakeModelServer } from '../fakes/fake-model-server.ts';
import { makeProvider } from '../plugins/local-model/providers/preset-setup.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const page = readFileSync(join(root, 'docs/adding-a-provider.md'), 'utf8');
const [preset = '', suite = ''] = [...page.matchAll(/```ts\n([\s\S]*?)```/g)].map((match) => match[1]!);
const providers = pathToFileURL(join(root, 'plugins/local-model/providers/presets/')).href;

/** The example lives in the folder of the presets; written elsewhere, its imports are made to find them. */
const folder = mkdtempSync(join(tmpdir(), 'wooster-example-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'jan.ts');
const resolved = preset.replace(
  /from '(\.[^']+)'/g,
  (_, path: string) => `from '${fileURLToPath(new URL(path, providers))}'`,
);
writeFileSync(file, resolved);
const { jan } = (await import(file)) as { jan: ProviderDescriptor };

test('the page shows a preset and the suite that holds it to the contract', () => {
  expect(jan).toMatchObject({ id: 'jan', locality: 'local', defaultBaseUrl: 'http://127.0.0.1:1337' });
  expect(suite).toContain('describeChatProvider({');
  expect(suite).toContain('makeProvider(jan');
});

describeChatProvider({
  name: 'jan, as the page writes it',
  isScripted: true,
  path: '/v1/chat/completions',
  abilities: { tools: true, json: true, vision: true, reasoning: true },
  async start() {
    const server = await startFakeModelServer({ dialect: 'openai', models: ['m'] });
    const { provider, dispose } = makeProvider(jan, { baseUrl: server.url });
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
