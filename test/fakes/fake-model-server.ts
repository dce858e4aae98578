import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ChildMessage, Command, FakeServerOptions, RequestRecord, Rule } from './model-server/protocol.ts';

const entry = fileURLToPath(new URL('./model-server/main.ts', import.meta.url));
const startLimitMs = 20_000;
const commandLimitMs = 15_000;

/** A running fake server, seen from a test. */
export interface FakeModelServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`, without a slash at the end. */
  readonly url: string;
  readonly port: number;
  readonly pid: number;
  /** Replaces the rules and all they counted. */
  script(rules: Rule[]): Promise<void>;
  /**
   * Makes it as new, with other options, on the same port; open requests are cut. Starting takes a quarter of a second of CPU, this
   * nothing: a test file starts one server and resets it before each test.
   */
  reset(options: FakeServerOptions): Promise<void>;
  /** Changes dialect, models, key, reply, recordings or version while it runs. */
  configure(options: Partial<FakeServerOptions>): Promise<void>;
  /** What arrived, oldest first; with a time it first waits that long at most for open requests to end. */
  requests(waitMs?: number): Promise<RequestRecord[]>;
  /** Drops the records. */
  forget(): Promise<void>;
  /** Closes the port and all connections: connections are refused until `listen`, or until the time is over. */
  refuse(forMs?: number): Promise<void>;
  /** Opens the same port again. */
  listen(): Promise<void>;
  /** Kills the process at once, as a crash would. */
  kill(): Promise<void>;
  /** Ends the process in order; does nothing when it has ended. */
  stop(): Promise<void>;
}

/** Starts a fake server as a child process; rejects within 20 s when it cannot listen. */
export async function startFakeModelServer(options: FakeServerOptions): Promise<FakeModelServer> {
  const child = fork(entry, [JSON.stringify(options)], {
    execArgv: [],
    // Structured clone, so that `undefined` and `Infinity` arrive as they are.
    serialization: 'advanced',
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  const link = new ChildLink(child);
  const port = await link.port;
  const tell = async (command: Command): Promise<void> => void (await link.ask(command));
  const stop = async (): Promise<void> => {
    if (link.isLive) await tell({ name: 'stop' });
    await link.end();
  };
  return {
    url: `http://127.0.0.1:${port}`,
    port,
    pid: child.pid ?? 0,
    script: (rules) => tell({ name: 'script', rules }),
    reset: (fresh) => tell({ name: 'reset', options: fresh }),
    configure: (changes) => tell({ name: 'configure', options: changes }),
    requests: async (waitMs = 0) => (await link.ask({ name: 'requests', waitMs })) as RequestRecord[],
    forget: () => tell({ name: 'forget' }),
    refuse: (forMs) => tell({ name: 'refuse', forMs }),
    listen: () => tell({ name: 'listen' }),
    kill: async () => {
      child.kill('SIGKILL');
      await link.end();
    },
    stop,
    [Symbol.asyncDispose]: stop,
  };
}

/** Commands and answers over the channel; everything pending fails when the child ends. */
class ChildLink {
  readonly port: Promise<number>;
  /** Settles when the process has ended; holds nothing open. */
  readonly ended: Promise<void>;
  #child: ChildProcess;
  #nextId = 0;
  #waiting = new Map<number, (message: ChildMessage) => void>();

  constructor(child: ChildProcess) {
    this.#child = child;
    // A forgotten server must not keep the test run alive: only what is awaited holds the event loop.
    child.unref();
    child.channel?.unref();
    this.ended = once(child, 'exit').then(() => this.#fail('the fake model server has ended'));
    this.port = within(startLimitMs, (settle) => {
      child.on('message', (message: ChildMessage) => {
        if (message.kind === 'listening') settle.resolve(message.port);
        else if (message.kind === 'failed') settle.reject(new Error(message.message));
        else this.#waiting.get(message.id)?.(message);
      });
      void this.ended.then(() => settle.reject(new Error('the fake model server ended before it listened')));
    });
  }

  get isLive(): boolean {
    return this.#child.connected && this.#child.exitCode === null;
  }

  async ask(command: Command): Promise<unknown> {
    if (!this.isLive) throw new Error('the fake model server has ended');
    const id = (this.#nextId += 1);
    return within(commandLimitMs, (settle) => {
      this.#waiting.set(id, (message) => {
        this.#waiting.delete(id);
        if (message.kind === 'done') settle.resolve(message.value);
        else if (message.kind === 'error') settle.reject(new Error(message.message));
      });
      this.#child.send({ id, command });
    });
  }

  /** Waits for the end of the process. */
  async end(): Promise<void> {
    this.#child.ref();
    await this.ended;
  }

  #fail(message: string): void {
    for (const [id, waiting] of this.#waiting) waiting({ kind: 'error', id, message });
  }
}

async function within<T>(
  limitMs: number,
  start: (settle: { resolve: (value: T) => void; reject: (error: Error) => void }) => void,
): Promise<T> {
  const { promise, resolve, reject } = Promise.withResolvers<T>();
  const timer = setTimeout(() => reject(new Error(`the fake model server did not answer in ${limitMs} ms`)), limitMs);
  start({ resolve, reject });
  try {
    return await promise;
  } finally {
    clearTimeout(timer);
  }
}
