import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { hostPackage } from '../../../src/index.ts';
import { installPeer, VERSIONS } from './install-peers.ts';
import type { ChildCommand } from './line-child.ts';

/** Who is compared. */
export type Peer = 'wooster' | 'langchain' | 'portkey' | 'litellm';
/** As it is when nothing is set, and set as well as its reliability settings allow. */
export type ConfigurationName = 'defaults' | 'best';

/** One peer in one configuration. */
export interface Contestant {
  readonly title: string;
  readonly peer: Peer;
  readonly configuration: ConfigurationName;
  /** How its process is started, or why it is not. */
  readonly start: ChildCommand | { readonly reason: string };
}

const TITLES: Readonly<Record<Peer, string>> = {
  wooster: 'Wooster',
  langchain: 'LangChain',
  portkey: 'Portkey',
  litellm: 'LiteLLM',
};
const CONFIGURATIONS: readonly ConfigurationName[] = ['defaults', 'best'];

/** Nothing of whoever runs the bench but where programs are; telemetry and downloads of lists switched off. */
function environmentOf(): Record<string, string> {
  return {
    PATH: `${dirname(process.execPath)}:${process.env['PATH'] ?? ''}`,
    HOME: tmpdir(),
    LANG: 'C.UTF-8',
    NODE_COMPILE_CACHE: join(tmpdir(), 'wooster-bench-compile-cache'),
    LANGCHAIN_TRACING_V2: 'false',
    LANGSMITH_TRACING: 'false',
    LITELLM_LOCAL_MODEL_COST_MAP: 'True',
    LITELLM_LOCAL_BLOG_POSTS: 'True',
    LITELLM_TELEMETRY: 'False',
  };
}

function nodeChild(peer: Peer, words: readonly string[]): ChildCommand {
  const drivers = join(import.meta.dirname, 'drivers');
  const guard = join(drivers, 'loopback-only.mjs');
  const start = ['--disable-warning=ExperimentalWarning', '--import', guard, join(drivers, `${peer}-child.ts`)];
  return { command: process.execPath, words: [...start, ...words], environment: environmentOf() };
}

function startOf(peer: Peer, configuration: ConfigurationName, mayInstall: boolean): Contestant['start'] {
  if (peer === 'wooster' || peer === 'langchain') return nodeChild(peer, [configuration]);
  const installed = installPeer(peer, mayInstall);
  if ('reason' in installed) return installed;
  if (peer === 'portkey') {
    const gateway = join(installed.folder, 'node_modules', VERSIONS.portkey.package, 'build', 'start-server.js');
    return nodeChild(peer, [configuration, gateway]);
  }
  const driver = join(import.meta.dirname, 'drivers', 'litellm_driver.py');
  const python = join(installed.folder, 'bin', 'python');
  return { command: python, words: [driver, configuration], environment: environmentOf() };
}

/** Everyone, in the order of the table; what is not installed is installed when that is allowed. */
export function listContestants(mayInstall: boolean): readonly Contestant[] {
  const peers = Object.keys(TITLES) as Peer[];
  return peers.flatMap((peer) =>
    CONFIGURATIONS.map((configuration) => ({
      title: `${TITLES[peer]}, ${configuration}`,
      peer,
      configuration,
      start: startOf(peer, configuration, mayInstall),
    })),
  );
}

/** The version of a package as a file would import it; its `package.json` need not be exported. */
function versionOf(name: string, from: string): string {
  const entry = createRequire(from).resolve(name);
  const end = `/node_modules/${name}/`;
  const folder = entry.slice(0, entry.lastIndexOf(end) + end.length);
  return (JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as { version: string }).version;
}

/** What was put to the test, with versions. */
export function listVersions(): readonly string[] {
  const here = fileURLToPath(import.meta.url);
  const client = versionOf('openai', createRequire(here).resolve('@langchain/openai'));
  return [
    `Wooster ${hostPackage().version}, Node ${process.versions.node}`,
    `@langchain/core ${versionOf('@langchain/core', here)}, @langchain/openai ${versionOf('@langchain/openai', here)}, openai ${client}`,
    ...Object.values(VERSIONS).map(({ package: name, version }) => `${name} ${version}`),
  ];
}
