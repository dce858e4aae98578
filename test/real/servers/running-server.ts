import { createServer, type AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { startGuarded, type GuardedProcess } from './guarded-process.ts';

/** A real server that answers; the test that started it must stop or kill it. */
export interface RunningServer {
  /** Address without a path, such as `http://127.0.0.1:43210`. */
  readonly url: string;
  /** The server's name and version for reports, such as `ollama 0.32.2`. */
  readonly version: string;
  /** The process id of the server itself. */
  readonly pid: number;
  /** Ends it in good order, within five seconds. */
  stop(): Promise<void>;
  /** Kills it and its helpers at once, as a crash would; resolves when they are gone. */
  kill(): Promise<void>;
}

/** How to start a server and know that it is ready. */
export interface ServerStart {
  readonly version: string;
  readonly command: (port: number) => readonly string[];
  readonly environment: (port: number) => Readonly<Record<string, string>>;
  readonly readyPath: string;
  readonly readyLimitMs: number;
  /** A port to use instead of a free one: for a server that comes back where it was. */
  readonly port?: number | undefined;
}

const POLL_MS = 100;

/** Starts a server on a loopback port and waits until its ready path answers 200; throws with its last lines if not. */
export async function startServer(start: ServerStart): Promise<RunningServer> {
  const port = start.port ?? (await freePort());
  const guarded = await startGuarded(start.command(port), start.environment(port));
  const url = `http://127.0.0.1:${port}`;
  try {
    await untilReady(url + start.readyPath, start, guarded);
  } catch (error) {
    await guarded.kill();
    throw error;
  }
  return { url, version: start.version, pid: guarded.pid, stop: () => guarded.stop(), kill: () => guarded.kill() };
}

async function untilReady(url: string, start: ServerStart, guarded: GuardedProcess): Promise<void> {
  const deadline = performance.now() + start.readyLimitMs;
  while (performance.now() < deadline) {
    if (guarded.hasEnded()) throw new Error(`${start.version} ended while starting:\n${guarded.logTail()}`);
    if (await answersOk(url)) return;
    await delay(POLL_MS);
  }
  throw new Error(`${start.version} was not ready after ${start.readyLimitMs} ms:\n${guarded.logTail()}`);
}

async function answersOk(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(1_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** A loopback port nobody holds at this moment. */
async function freePort(): Promise<number> {
  const holder = createServer();
  await new Promise<void>((resolve, reject) => holder.once('error', reject).listen(0, '127.0.0.1', resolve));
  const { port } = holder.address() as AddressInfo;
  await new Promise((resolve) => holder.close(resolve));
  return port;
}
