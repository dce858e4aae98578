import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { runCli, type CliRun } from '../../../cli/support/cli-process.ts';
import { makeCliWorkspace, type CliWorkspace } from '../../../cli/support/cli-workspace.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../fakes/fake-model-server.ts';

const FILE = join(import.meta.dirname, '..', '..', '..', 'fixtures', 'config', 'llm_providers.yaml');

/** Keys by the names users have; the fakes take no other. */
export const KEYS = { ANTHROPIC_API_KEY: 'sk-ant-of-a-test-0123456789', OPENAI_API_KEY: 'sk-of-a-test-9876543210' };

/** The links of the chain in the order of the file. */
export const LINKS = ['ollama', 'claude', 'openai'] as const;
export type Link = (typeof LINKS)[number];

const WIRES = {
  ollama: { dialect: 'ollama', model: 'llama3.2', key: undefined, says: 'I am the model of this machine.' },
  claude: {
    dialect: 'anthropic',
    model: 'claude-sonnet-4-5-20250929',
    key: KEYS.ANTHROPIC_API_KEY,
    says: 'I am Claude.',
  },
  openai: { dialect: 'openai', model: 'gpt-4-turbo', key: KEYS.OPENAI_API_KEY, says: 'I am GPT.' },
} as const;

async function startLink(link: Link): Promise<FakeModelServer> {
  const { dialect, model, key, says } = WIRES[link];
  const models = [{ id: model, capabilities: ['completion' as const, 'tools' as const], contextLength: 16_384 }];
  return startFakeModelServer({ dialect, models, key, reply: { text: says } });
}

/** The provider file users have, in a workspace of its own, over fakes of its three services; each command is a process. */
export class ChainWorkspace implements AsyncDisposable {
  readonly servers: Readonly<Record<Link, FakeModelServer>>;
  readonly #workspace: CliWorkspace;
  /** All that was printed, for what must not be in it. */
  readonly printed: string[] = [];

  constructor(servers: Readonly<Record<Link, FakeModelServer>>, workspace: CliWorkspace) {
    this.servers = servers;
    this.#workspace = workspace;
  }

  static async open(): Promise<ChainWorkspace> {
    const started = await Promise.all(LINKS.map(async (link) => [link, await startLink(link)] as const));
    const servers = Object.fromEntries(started) as Record<Link, FakeModelServer>;
    const workspace = await makeCliWorkspace();
    const text = (await readFile(FILE, 'utf8'))
      .replace('"${ANTHROPIC_API_KEY}"', `"\${ANTHROPIC_API_KEY}", base_url: "${servers.claude.url}"`)
      .replace('"${OPENAI_API_KEY}"', `"\${OPENAI_API_KEY}", base_url: "${servers.openai.url}"`);
    await workspace.write('config/llm_providers.yaml', text);
    return new ChainWorkspace(servers, workspace);
  }

  /** Runs `wooster <words>`; addresses and places of this run are named, so that two runs print the same. */
  async run(words: readonly string[]): Promise<CliRun> {
    const environment = { ...KEYS, OLLAMA_HOST: this.servers.ollama.url };
    const run = await runCli(this.#workspace, words, { environment });
    this.printed.push(run.stdout, run.stderr);
    return { ...run, stdout: this.#named(run.stdout), stderr: this.#named(run.stderr) };
  }

  #named(text: string): string {
    const ports = LINKS.map((link) => [new URL(this.servers[link].url).host, `${link}.example`] as const);
    const known = [...ports, [this.#workspace.root, '.'] as const];
    return known.reduce((sum, [place, name]) => sum.replaceAll(place, name), text);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#workspace[Symbol.asyncDispose]();
    await Promise.all(LINKS.map((link) => this.servers[link].stop()));
  }
}
