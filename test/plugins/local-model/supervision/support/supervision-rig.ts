import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Provider, ServerStart, Workspace } from '../../../../../src/index.ts';
import { createGuardedHttp } from '../../../../../src/kernel/http/guarded-http.ts';
import { createPermitOffice } from '../../../../../src/kernel/http/permit-office.ts';
import { llamacpp } from '../../../../../plugins/local-model/providers/presets/llamacpp.ts';
import { ServerSupervision } from '../../../../../plugins/local-model/supervision/server-supervision.ts';
import type { SupervisedServer } from '../../../../../plugins/local-model/supervision/supervised-server.ts';
import type { ServerState } from '../../../../../plugins/local-model/supervision/state/server-state.ts';

/** A log that keeps nothing. */
const silentLog = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };

/** The program that the tests let Wooster start. */
export const PLAYFUL_SERVER = join(import.meta.dirname, 'playful-server.ts');

/** A loopback port that nobody holds at this moment. */
export async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolve) => holder.listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}

/** Waits until something holds, and says what it was when it does not in time. */
export async function until(what: string, holds: () => boolean | Promise<boolean>, limitMs = 15_000): Promise<void> {
  const deadline = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadline) throw new Error(`not within ${limitMs} ms: ${what}`);
    await delay(20);
  }
}

/** Whether a process runs; one that waits to be collected by its parent does not. */
export async function runs(pid: number): Promise<boolean> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => undefined);
  if (stat !== undefined) return !/\) [ZX]/.test(stat);
  try {
    process.kill(pid, 0);
    return process.platform !== 'linux';
  } catch {
    return false;
  }
}

/** A folder with what several supervisions, as of several Wooster processes, share. */
export class SupervisionRig implements AsyncDisposable {
  readonly workspace: Workspace;
  readonly #folder: string;
  readonly #supervisions: ServerSupervision[] = [];

  private constructor(folder: string) {
    this.#folder = folder;
    const at = (name: string): string => join(folder, name);
    this.workspace = {
      root: folder,
      configDirectory: at('config'),
      projectsDirectory: at('projects'),
      vectorDataDirectory: at('vector_data'),
      stateDirectory: at('.wooster'),
      cacheDirectory: at('cache'),
      chosenBy: 'flag',
    };
  }

  static async open(): Promise<SupervisionRig> {
    return new SupervisionRig(await mkdtemp(join(tmpdir(), 'wooster-supervision-')));
  }

  /** The rig of a folder that another process has made and will remove. */
  static at(folder: string): SupervisionRig {
    return new SupervisionRig(folder);
  }

  /** What one Wooster has of a server: its provider and its life. */
  async use(
    port: number,
    modes: readonly string[],
    { id = 'playful', start = {} }: { id?: string; start?: Partial<ServerStart> } = {},
  ): Promise<{ provider: Provider; server: SupervisedServer; supervision: ServerSupervision }> {
    const clock = { now: () => Date.now(), monotonic: () => performance.now() };
    const supervision = new ServerSupervision({ workspace: this.workspace, loadMs: 20_000, clock, log: silentLog });
    this.#supervisions.push(supervision);
    const permits = createPermitOffice();
    const baseUrl = `http://127.0.0.1:${port}`;
    const provider = supervision.supervise(llamacpp, llamacpp.preset).create(llamacpp.settings.parse({}), {
      entry: {
        id,
        kind: 'llamacpp',
        isEnabled: true,
        baseUrl,
        priority: 1,
        isDeclaredLocal: false,
        options: {},
        origin: 'a test',
        start: {
          command: [process.execPath, '--disable-warning=ExperimentalWarning', PLAYFUL_SERVER, String(port), ...modes],
          environment: {},
          origin: 'a test',
          ...start,
        },
      },
      http: createGuardedHttp({ providerId: id, baseUrls: [baseUrl], needsPermit: false, permits }),
      permits,
      log: silentLog,
      clock,
    });
    const [server] = await supervision.servers();
    return { provider, server: server!, supervision };
  }

  log(id = 'playful'): Promise<string> {
    return readFile(join(this.workspace.stateDirectory, 'logs', 'servers', `${id}.log`), 'utf8');
  }

  /** What the server has printed so far: another process writes it down, and makes the file with the first line. */
  async printed(): Promise<string> {
    return this.log().catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return '';
      throw error;
    });
  }

  async record(
    id = 'playful',
  ): Promise<{ child?: { pid: number }; users: { pid: number }[]; lastExit?: { reason: string } }> {
    return JSON.parse(await readFile(join(this.workspace.stateDirectory, 'servers', `${id}.json`), 'utf8')) as never;
  }

  async pid(id = 'playful'): Promise<number> {
    return (await this.record(id)).child!.pid;
  }

  /** Servers of hosts that the test has killed. */
  async #endLeftBehind(): Promise<void> {
    const names = await readdir(join(this.workspace.stateDirectory, 'servers')).catch(() => []);
    for (const name of names.filter((each) => each.endsWith('.json'))) {
      const { child } = await this.record(name.slice(0, -'.json'.length));
      if (child !== undefined && (await runs(child.pid))) process.kill(-child.pid, 'SIGKILL');
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#supervisions.map((supervision) => supervision.dispose()));
    await this.#endLeftBehind();
    await rm(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** Waits until a server is in a state. */
export function untilState(server: SupervisedServer, kind: ServerState['kind'], limitMs?: number): Promise<void> {
  return until(`${server.id} is ${kind}, now ${server.describe()}`, () => server.state().kind === kind, limitMs);
}
