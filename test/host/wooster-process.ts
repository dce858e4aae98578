import { spawn, type ChildProcess } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const MAIN = fileURLToPath(new URL('../../src/main.ts', import.meta.url));
const LIMIT_MS = 30_000;

/** The host alone: what the plugins of the package do is told by their own tests. */
const HOST_ALONE = { PLUGIN_LOCAL_MODEL_ENABLED: 'false', PLUGIN_CLOUD_MODELS_ENABLED: 'false' };

/** A workspace in a temporary folder, with a home folder of its own. */
export interface TemporaryWorkspace {
  readonly root: string;
  /** Writes a file below the root and gives its absolute path. */
  write(path: string, text: string): string;
  remove(): void;
}

/** Makes an empty workspace that every test removes. */
export function temporaryWorkspace(): TemporaryWorkspace {
  const root = mkdtempSync(join(tmpdir(), 'wooster-test-'));
  mkdirSync(join(root, 'home'));
  return {
    root,
    write(path, text) {
      const file = join(root, path);
      mkdirSync(dirname(file), { recursive: true });
      writeFileSync(file, text);
      return file;
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** What a finished child left behind. */
export interface Finished {
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** A running command line in a real child process. */
export interface RunningWooster {
  readonly child: ChildProcess;
  readonly finished: Promise<Finished>;
  /** Resolves when standard output or standard error holds the text. */
  seen(text: string): Promise<void>;
}

/** How a child is started. */
export interface StartOptions {
  readonly workspace: TemporaryWorkspace;
  readonly environment?: Readonly<Record<string, string>>;
  readonly input?: string;
}

/** Starts `wooster <args>` on the workspace, with nothing of this machine's environment but what Node needs, and no plugin of the package. */
export function startWooster(args: readonly string[], options: StartOptions): RunningWooster {
  const { root } = options.workspace;
  const home = join(root, 'home');
  const child = spawn(process.execPath, [MAIN, ...args], {
    cwd: root,
    env: { PATH: process.env['PATH'], HOME: home, WOOSTER_HOME: root, ...HOST_ALONE, ...options.environment },
    timeout: LIMIT_MS,
  });
  const text = { stdout: '', stderr: '' };
  const watchers = new Set<() => void>();
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      text[name] += chunk;
      for (const watcher of watchers) watcher();
    });
  }
  if (options.input !== undefined) child.stdin.end(options.input);
  const finished = new Promise<Finished>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (exitCode) => resolve({ exitCode, ...text }));
  });
  return {
    child,
    finished,
    async seen(wanted) {
      const isThere = (): boolean => text.stdout.includes(wanted) || text.stderr.includes(wanted);
      if (isThere()) return;
      const appeared = new Promise<void>((resolve) => {
        watchers.add(() => {
          if (isThere()) resolve();
        });
      });
      await Promise.race([appeared, finished]);
      if (!isThere()) throw new Error(`ended without ${wanted}: ${text.stdout}${text.stderr}`);
    },
  };
}

/** Runs `wooster <args>` to its end. */
export async function runWooster(args: readonly string[], options: StartOptions): Promise<Finished> {
  const running = startWooster(args, { input: '', ...options });
  return running.finished;
}
