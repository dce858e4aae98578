import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { AIMessage, type AIMessageChunk, type BaseMessage } from '@langchain/core/messages';
import type { Runnable } from '@langchain/core/runnables';
import { plugin } from '../../../../plugins/cloud-models/index.ts';
import { anthropic, openai } from '../../../../plugins/cloud-models/clouds.ts';
import { ANTHROPIC_CATALOGUE, OPENAI_CATALOGUE } from '../../../../plugins/cloud-models/common/cloud-catalogue.ts';
import { ollama } from '../../../../plugins/local-model/providers/presets/ollama.ts';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  CATALOGUE,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  PROVIDERS,
  STRATEGIES,
} from '../../../../src/index.ts';
import { systemClock } from '../../../../src/kernel/clock.ts';
import { createMemoryState } from '../../../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../../../doubles/extensions-double.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';
import { load } from '../../../kernel/config/load-text.ts';
import { UsageRig } from '../../../usage/usage-rig.ts';
import { silentLog } from '../../local-model/providers/preset-setup.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'config', 'llm_providers.yaml');
const KEYS = { ANTHROPIC_API_KEY: 'key-of-claude-0123', OPENAI_API_KEY: 'key-of-openai-0123' };

/** The links of the chain, in order. */
export const LINKS = ['ollama', 'claude', 'openai'] as const;
export type Link = (typeof LINKS)[number];

const WIRES = {
  ollama: { dialect: 'ollama', model: 'llama3.2', key: undefined },
  claude: { dialect: 'anthropic', model: 'claude-sonnet-4-5-20250929', key: KEYS.ANTHROPIC_API_KEY },
  openai: { dialect: 'openai', model: 'gpt-4-turbo', key: KEYS.OPENAI_API_KEY },
} as const;

/** The provider file users have, over fakes of its three services. */
export class ChainHouse implements AsyncDisposable {
  readonly servers: Readonly<Record<Link, FakeModelServer>>;
  readonly transcript: string[] = [];

  constructor(servers: Readonly<Record<Link, FakeModelServer>>) {
    this.servers = servers;
  }

  static async open(): Promise<ChainHouse> {
    const started = LINKS.map(async (link) => {
      const { dialect, model, key } = WIRES[link];
      const models = [{ id: model, capabilities: ['completion' as const, 'tools' as const], contextLength: 16_384 }];
      return [link, await startFakeModelServer({ dialect, models, key })] as const;
    });
    return new ChainHouse(Object.fromEntries(await Promise.all(started)) as Record<Link, FakeModelServer>);
  }

  /** The real router over the real clients, as the file configures them; `change` writes into the file. */
  async router(change: (text: string) => string = (text) => text) {
    const { ollama: local, claude, openai: last } = this.servers;
    const text = change(await readFile(FILE, 'utf8'))
      .replace('"${ANTHROPIC_API_KEY}"', `"\${ANTHROPIC_API_KEY}", base_url: "${claude.url}"`)
      .replace('"${OPENAI_API_KEY}"', `"\${OPENAI_API_KEY}", base_url: "${last.url}"`);
    const files = { 'config/llm_providers.yaml': text };
    const environment = { ...KEYS, OLLAMA_HOST: local.url, LOCAL_LLM_ENABLED: 'false' };
    const { settings } = await load({ files, environment });
    const { ledger, budget } = new UsageRig().open();
    const extensions = createExtensionsDouble([
      [PROVIDERS, [ollama, anthropic, openai]],
      [FILTERS, BUILT_IN_FILTERS],
      [STRATEGIES, BUILT_IN_STRATEGIES],
      [CATALOGUE, [...OPENAI_CATALOGUE, ...ANTHROPIC_CATALOGUE]],
    ]);
    const state = createMemoryState();
    const parts = { settings, extensions, state, clock: systemClock, log: silentLog };
    const router = createModelRouter({
      ...parts,
      permits: createPermitOffice(),
      createHttp: createGuardedHttp,
      ledger,
      budget,
    });
    return { router, ledger, state };
  }

  note(line: string): void {
    this.transcript.push(line);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(LINKS.map((link) => this.servers[link].stop()));
  }
}

/** One streamed answer as a message; the name of who said it is in its metadata. */
export async function say(model: Runnable<BaseMessage[]>, messages: BaseMessage[]): Promise<AIMessage> {
  let sum: AIMessageChunk | undefined;
  for await (const chunk of await model.stream(messages)) {
    sum = sum?.concat(chunk as AIMessageChunk) ?? (chunk as AIMessageChunk);
  }
  const { content, tool_calls, additional_kwargs, response_metadata } = sum!;
  return new AIMessage({ content, tool_calls, additional_kwargs, response_metadata });
}

/** The plugin under test, for names. */
export const CHAIN_PLUGIN = plugin.id;
