import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { ServerAddresses } from './behavior.ts';

const CHILD = fileURLToPath(new URL('./server-child.ts', import.meta.url));
const START_LIMIT_MS = 20_000;

/** Both model servers, in one process of their own. */
interface RunningServers extends AsyncDisposable {
  readonly addresses: ServerAddresses;
}

/** Rejects when they do not listen within 20 s. */
export async function startServers(): Promise<RunningServers> {
  const child = fork(CHILD, {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  try {
    const [addresses] = (await once(child, 'message', { signal: AbortSignal.timeout(START_LIMIT_MS) })) as [
      ServerAddresses,
    ];
    return {
      addresses,
      [Symbol.asyncDispose]: async () => {
        const ended = once(child, 'exit');
        child.disconnect();
        await ended;
      },
    };
  } catch (error) {
    child.kill('SIGKILL');
    throw error;
  }
}
