import { appendFileSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { appendFile, mkdir, rename, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { Clock, Logger } from '../contracts/plugins/logger.ts';

/** Lines below this level are not written. */
type LogLevel = 'debug' | 'info' | 'warn' | 'error';

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };
const MAX_BYTES = 5 * 1024 * 1024;

/** Where the log of a workspace goes and what must never be in it. */
export interface FileLogOptions {
  /** Absolute; it and its folder are made with the first line. */
  readonly file: string;
  readonly level: LogLevel;
  readonly clock: Clock;
  /** Replaces every secret in a finished line. */
  mask(text: string): string;
  /** Size at which the file becomes `<file>.1`; 5 MiB without it. */
  readonly maxBytes?: number;
}

/** The log of a workspace: a logger for each part of the host, and a way to have everything on the disk. */
export interface FileLog {
  loggerFor(part: string): Logger;
  /** Resolves when all lines are written; a disk that refuses them is no failure of the host. */
  flush(): Promise<void>;
  /** The same at once, for the moment before the process leaves. */
  flushSync(): void;
  readonly file: string;
}

function toLine(part: string, options: { level: LogLevel; message: string; fields: object; time: number }): string {
  const { level, message, fields, time } = options;
  const record = { time: new Date(time).toISOString(), level, part, message, ...fields };
  try {
    return JSON.stringify(record, describeErrors);
  } catch {
    // Fields with a cycle, or a value JSON cannot hold: the message is worth more than the fields.
    return JSON.stringify({ time: record.time, level, part, message, fields: 'not representable' });
  }
}

function describeErrors(_key: string, value: unknown): unknown {
  if (typeof value === 'bigint') return value.toString();
  if (!(value instanceof Error)) return value;
  const code = (value as { code?: unknown }).code;
  return { name: value.name, code, message: value.message, stack: value.stack, cause: value.cause };
}

/** Opens the log lazily: nothing is touched before the first line, lines are written in order and off the event loop. */
export function createFileLog(options: FileLogOptions): FileLog {
  const maxBytes = options.maxBytes ?? MAX_BYTES;
  let waiting: string[] = [];
  let writing: Promise<void> = Promise.resolve();
  let isScheduled = false;

  async function writeWaiting(): Promise<void> {
    isScheduled = false;
    const text = waiting.join('');
    waiting = [];
    if (text === '') return;
    await mkdir(dirname(options.file), { recursive: true });
    const size = await stat(options.file).then(
      (found) => found.size,
      () => 0,
    );
    if (size > 0 && size + text.length > maxBytes) await rename(options.file, `${options.file}.1`);
    await appendFile(options.file, text, { mode: 0o600 });
  }

  function schedule(): void {
    if (isScheduled) return;
    isScheduled = true;
    // A log that cannot be written must not stop the host: the rejection ends here.
    writing = writing.then(writeWaiting).catch(() => undefined);
  }

  function flushSync(): void {
    const text = waiting.join('');
    waiting = [];
    if (text === '') return;
    try {
      mkdirSync(dirname(options.file), { recursive: true });
      const size = statSync(options.file, { throwIfNoEntry: false })?.size ?? 0;
      if (size > 0 && size + text.length > maxBytes) renameSync(options.file, `${options.file}.1`);
      appendFileSync(options.file, text, { mode: 0o600 });
    } catch {
      // The same boundary as above.
    }
  }

  function loggerFor(part: string): Logger {
    const at =
      (level: LogLevel) =>
      (message: string, fields: Readonly<Record<string, unknown>> = {}) => {
        if (RANK[level] < RANK[options.level]) return;
        waiting.push(`${options.mask(toLine(part, { level, message, fields, time: options.clock.now() }))}\n`);
        schedule();
      };
    return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
  }

  async function flush(): Promise<void> {
    await writing;
  }

  return { loggerFor, flush, flushSync, file: options.file };
}
