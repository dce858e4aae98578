import { readFileSync } from 'node:fs';

/** Tells which process a call belongs to, and whether that process is still there. */
export interface ProcessOwner {
  /** Of this process. */
  readonly id: string;
  isRunning(ownerId: string): boolean;
}

/** States of a process that is over and has not been collected, proc_pid_stat(5). */
const OVER = new Set(['Z', 'X', 'x']);

/** Where /proc is: ticks from the start of the machine to that of the process, so that a reused number is another owner. */
function startOf(pid: number): { readonly ticks: string; readonly isOver: boolean } | undefined {
  try {
    const text = readFileSync(`/proc/${pid}/stat`, 'latin1');
    // The second field is the name in parentheses, with anything in it; state is the 3rd field, start time the 22nd.
    const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
    return { ticks: fields[19] ?? '', isOver: OVER.has(fields[0] ?? '') };
  } catch {
    return undefined;
  }
}

function canBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process is one all the same.
    return error instanceof Error && 'code' in error && error.code === 'EPERM';
  }
}

function idOf(pid: number): string {
  const start = startOf(pid);
  return start === undefined ? String(pid) : `${pid}@${start.ticks}`;
}

function isRunning(ownerId: string): boolean {
  const [number = '', ticks] = ownerId.split('@');
  const pid = Number(number);
  if (!Number.isInteger(pid) || pid <= 0) return false;
  if (ticks === undefined) return canBeSignalled(pid);
  const start = startOf(pid);
  return start !== undefined && start.ticks === ticks && !start.isOver;
}

/** This process, or another by its number: known by number and start time where the system tells it, else by number. */
export function processOwner(pid: number = process.pid): ProcessOwner {
  return { id: idOf(pid), isRunning };
}
