import type { ChildProcess } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { TEST_COMPILE_CACHE } from '../../../scripts/jest/jest-command.ts';

/** A temporary workspace and the clean environment of the programs that run in it. */
export interface CliWorkspace extends AsyncDisposable {
  readonly root: string;
  /** Everything a child gets: a home folder of its own, and no key, proxy or setting of whoever runs the tests. */
  readonly environment: Readonly<Record<string, string>>;
  /** Writes a file below the root. */
  write(path: string, content: string | object): Promise<void>;
  /** Processes of the workspace; those that still run when it is disposed, because a test failed, are ended. */
  readonly processes: Set<ChildProcess>;
}

function environmentOf(home: string): Record<string, string> {
  return {
    PATH: `${dirname(process.execPath)}:/usr/local/bin:/usr/bin:/bin`,
    HOME: home,
    XDG_CACHE_HOME: join(home, '.cache'),
    XDG_DATA_HOME: join(home, '.local', 'share'),
    LANG: 'C.UTF-8',
    TZ: 'UTC',
    TERM: 'xterm-256color',
    NO_COLOR: '1',
    COLUMNS: '80',
    // What Node compiled once serves every child.
    NODE_COMPILE_CACHE: TEST_COMPILE_CACHE,
  };
}

/** Makes a workspace with `config/local.json`; the embedded model and the search for servers are off unless the settings say otherwise. */
export async function makeCliWorkspace(settings: object = {}): Promise<CliWorkspace> {
  const folder = await mkdtemp(join(tmpdir(), 'wooster-cli-'));
  const root = join(folder, 'workspace');
  const home = join(folder, 'home');
  await mkdir(home);
  const write = async (path: string, content: string | object): Promise<void> => {
    const file = join(root, path);
    await mkdir(dirname(file), { recursive: true });
    await writeFile(file, typeof content === 'string' ? content : JSON.stringify(content, null, 2));
  };
  const processes = new Set<ChildProcess>();
  await write('config/local.json', { embedded: { enabled: false }, discovery: { mode: 'off' }, ...settings });
  return {
    root,
    environment: environmentOf(home),
    write,
    processes,
    async [Symbol.asyncDispose]() {
      for (const child of processes) child.kill('SIGKILL');
      await rm(folder, { recursive: true, force: true, maxRetries: 3 });
    },
  };
}

/** Settings of one local server of the user. */
export function serverSettings(url: string, more: object = {}): object {
  return { kind: 'openai-compatible', baseUrl: url, model: 'smol', declaredLocal: true, ...more };
}
