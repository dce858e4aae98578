import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/**
 * Holds the server in a process group of its own. When the pipe on standard input closes, because the test process
 * ended in whatever way, or when the server ends, the whole group is killed, helpers of the server included. The guard
 * itself outlives the server, so that no zombie stays where the first process of a container collects none.
 */
const GUARD = `set -m
exec 3<&0
"$@" </dev/null >&2 3<&- &
server=$!
echo "$server"
exec >&2
{ read -r _ <&3; kill -KILL -- "-$server"; } &
watcher=$!
wait "$server"
kill -KILL -- "-$server" "-$watcher"`;

const STOP_LIMIT_MS = 5_000;
const LOG_TAIL_LINES = 12;

/** A program under guard: it and all it started end with the test process, even one killed without warning. */
export interface GuardedProcess {
  /** The process id of the program itself. */
  readonly pid: number;
  /** Whether it has ended. */
  hasEnded(): boolean;
  /** The last lines it wrote. */
  logTail(): string;
  /** Asks it to end, and kills it and its helpers after five seconds. */
  stop(): Promise<void>;
  /** Kills it and its helpers at once, as a crash would; resolves when they are gone. */
  kill(): Promise<void>;
}

/** Starts a program with exactly the given environment; what it prints goes to a temporary file. */
export async function startGuarded(
  command: readonly string[],
  environment: Readonly<Record<string, string>>,
): Promise<GuardedProcess> {
  const folder = mkdtempSync(join(tmpdir(), 'real-server-'));
  const logPath = join(folder, 'log');
  const log = openSync(logPath, 'w');
  const guard = spawn('bash', ['-c', GUARD, 'guard', ...command], {
    detached: true,
    stdio: ['pipe', 'pipe', log],
    env: { PATH: '/usr/local/bin:/usr/bin:/bin', LANG: 'C.UTF-8', ...environment },
  });
  closeSync(log);
  let lastWords: string | undefined;
  const untilEnded = async (): Promise<void> => {
    await once(guard, 'exit');
    lastWords = tail(logPath);
    rmSync(folder, { recursive: true, force: true });
  };
  const ended = untilEnded();
  const [line] = (await once(guard.stdout!, 'data')) as [Buffer];
  const pid = Number(line.toString());

  const kill = async (): Promise<void> => {
    signal(-pid, 'SIGKILL');
    await ended;
  };
  return {
    pid,
    hasEnded: () => guard.exitCode !== null || guard.signalCode !== null,
    logTail: () => lastWords ?? tail(logPath),
    stop: async () => {
      signal(pid, 'SIGTERM');
      await Promise.race([ended, delay(STOP_LIMIT_MS, undefined, { ref: false })]);
      await kill();
    },
    kill,
  };
}

/** Signals a process or, for a negative id, its group; one that is gone already is no fault. */
function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function tail(path: string): string {
  return readFileSync(path, 'utf8').trimEnd().split('\n').slice(-LOG_TAIL_LINES).join('\n');
}
