import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';

const SCRIPT = join(import.meta.dirname, 'ensure-in-child.ts');

/** One line of what the child prints. */
export interface ChildLine {
  readonly phase?: string;
  readonly path?: string;
  readonly code?: string;
  readonly message?: string;
  readonly partBytes?: number;
}

/** What the child fetches. */
export interface ChildRequest {
  readonly directory: string;
  readonly hubUrl: string;
  readonly bytes: number;
}

/** A running child. */
export interface StartedChild {
  readonly child: ChildProcess;
  /** Everything it printed, once it has ended. */
  readonly lines: Promise<ChildLine[]>;
  /** What it has printed so far. */
  output(): string;
}

/** Starts a process that fetches the file. */
export function startEnsure(request: ChildRequest): StartedChild {
  return started(process.execPath, [SCRIPT, request.directory, request.hubUrl, String(request.bytes)]);
}

/** The same on a disk of one megabyte that only this process sees; the last line tells the size of the part. */
export function startEnsureOnSmallDisk(request: ChildRequest): StartedChild {
  const { directory, hubUrl, bytes } = request;
  const steps = [
    `mount -t tmpfs -o size=1m tmpfs '${directory}'`,
    `'${process.execPath}' '${SCRIPT}' '${directory}' '${hubUrl}' ${bytes}`,
    `printf '{"partBytes":%s}' "$(stat -c %s '${directory}/tiny.gguf.part')"`,
  ];
  return started('unshare', ['-rm', 'sh', '-c', steps.join(' && ')]);
}

function started(command: string, programArguments: string[]): StartedChild {
  const child = spawn(command, programArguments, { stdio: ['ignore', 'pipe', 'inherit'] });
  let text = '';
  child.stdout.setEncoding('utf8').on('data', (piece: string) => {
    text += piece;
  });
  const lines = new Promise<ChildLine[]>((resolve) => {
    child.once('close', () => {
      const complete = text.split('\n').filter((line) => line !== '');
      resolve(complete.map((line) => JSON.parse(line) as ChildLine));
    });
  });
  return { child, lines, output: () => text };
}
