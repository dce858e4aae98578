import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import type { Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { MissingDependencyError, systemCode } from 'wooster';
import type { LogFileOptions } from '../log/log-file.ts';
import { readLogTail } from '../log/read-log.ts';
import type { StartPlan } from '../start-plan.ts';
import { signalGroup } from './end-group.ts';
import type { ProcessMark, ProcessTable } from './process-table.ts';

/** A program that was started, with a process group of its own. */
export interface StartedChild {
  readonly mark: ProcessMark;
  /** Resolves when it has ended and what it printed last is in the log, with how it ended. */
  readonly gone: Promise<string>;
}

/** Size at which a log begins anew, bytes. */
const LOG_BYTES = 5 * 1024 * 1024;
/** The last lines of a server that died are written within this. */
const LAST_WORDS_MS = 500;
/** A last line is told up to this length. */
const LINE_TOLD = 200;

const WRITER = new URL(`../log/log-writer-child${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);

/** Starts the process that writes the log; its input is handed to the server. */
async function startWriter(plan: StartPlan, header: string): Promise<{ writer: ChildProcess; input: Socket }> {
  const writer = spawn(process.execPath, ['--disable-warning=ExperimentalWarning', fileURLToPath(WRITER)], {
    detached: true,
    stdio: ['pipe', 'ignore', 'ignore'],
    cwd: plan.directory,
  });
  const input = writer.stdin as Socket;
  input.on('error', () => undefined);
  await once(writer, 'spawn');
  const options: LogFileOptions = { file: plan.logFile, maxBytes: LOG_BYTES, secrets: plan.secrets, header };
  await new Promise<void>((resolve) => {
    input.write(`${JSON.stringify(options)}\n`, () => resolve());
  });
  writer.unref();
  return { writer, input };
}

async function describeEnd(plan: StartPlan, code: number | null, signal: string | null): Promise<string> {
  const how = signal === null ? `ended with exit code ${code ?? '?'}` : `was ended by ${signal}`;
  const [line] = (await readLogTail(plan.logFile, 1).catch(() => undefined)) ?? [];
  const words = line === undefined || line.startsWith('--- ') ? '' : `: ${line.trim().slice(0, LINE_TOLD)}`;
  return how + words;
}

/**
 * Starts the program of a plan, without a shell, in a process group of its own; what it prints goes to its log by way of
 * a writer that outlives this process. MissingDependencyError when the program cannot be run.
 */
export async function startChild(plan: StartPlan, table: ProcessTable, header: string): Promise<StartedChild> {
  const { writer, input } = await startWriter(plan, header);
  const writerGone = once(writer, 'exit');
  const [program, ...words] = plan.command;
  const child = spawn(program, words, {
    detached: true,
    cwd: plan.directory,
    env: plan.environment,
    stdio: ['ignore', input, input],
  });
  const exited = once(child, 'exit') as Promise<[number | null, string | null]>;
  exited.catch(() => undefined);
  try {
    await once(child, 'spawn');
  } catch (cause) {
    const message = `${plan.id}: ${program} cannot be started (${systemCode(cause) ?? 'unknown'}); ${plan.install}`;
    throw new MissingDependencyError(message, { cause, dependency: program, install: plan.install });
  } finally {
    // The server has its own end of the pipe: with this one closed, the writer sees the end of the server.
    input.destroy();
  }
  child.unref();
  const pid = child.pid!;
  const gone = exited.then(async ([code, signal]) => {
    // What it had started must not keep its port and memory.
    signalGroup(pid, 'SIGKILL');
    await Promise.race([writerGone, delay(LAST_WORDS_MS, undefined, { ref: false })]);
    return describeEnd(plan, code, signal);
  });
  // It may have ended already; then nothing has its id, and the mark fits nothing.
  const startedAt = (await table.find(pid))?.startedAt ?? 'ended';
  return { mark: { pid, startedAt }, gone };
}
