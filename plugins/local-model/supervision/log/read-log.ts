import { open } from 'node:fs/promises';
import { setTimeout as delay } from 'node:timers/promises';
import { systemCode } from 'wooster';

/** Read from the end of a log at most, bytes: enough for more lines than a person asks for. */
const TAIL_BYTES = 512 * 1024;
const POLL_MS = 200;

/** A part of a file from an offset; undefined where there is no file. */
async function readFrom(
  file: string,
  from: (size: number) => number,
): Promise<{ text: string; end: number; inode: number } | undefined> {
  let handle;
  try {
    handle = await open(file, 'r');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const { size, ino } = await handle.stat();
    const start = Math.max(0, Math.min(size, from(size)));
    const buffer = Buffer.alloc(size - start);
    const { bytesRead } = await handle.read(buffer, 0, buffer.length, start);
    return { text: buffer.subarray(0, bytesRead).toString('utf8'), end: start + bytesRead, inode: ino };
  } finally {
    await handle.close();
  }
}

function fromTail(size: number): number {
  return size - TAIL_BYTES;
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}

/** The last lines of a log and of its predecessor, oldest first; undefined where nothing was ever written. */
export async function readLogTail(file: string, count: number): Promise<readonly string[] | undefined> {
  const now = await readFrom(file, fromTail);
  const own = now === undefined ? [] : linesOf(now.text);
  const older = own.length >= count ? undefined : await readFrom(`${file}.1`, fromTail);
  if (now === undefined && older === undefined) return undefined;
  return [...(older === undefined ? [] : linesOf(older.text)), ...own].slice(-count);
}

/** Tells the last lines of a log and then what is added, until the signal aborts, also across a log that begins anew. */
export async function followLog(
  file: string,
  { count, tell, signal }: { count: number; tell: (text: string) => void; signal: AbortSignal },
): Promise<void> {
  const first = await readFrom(file, fromTail);
  let offset = first?.end ?? 0;
  let inode = first?.inode;
  for (const line of first === undefined ? [] : linesOf(first.text).slice(-count)) tell(`${line}\n`);
  while (!signal.aborted) {
    const next = await readFrom(file, () => offset);
    if (next !== undefined && inode !== undefined && next.inode !== inode) {
      const rest = await readFrom(`${file}.1`, () => offset);
      if (rest?.inode === inode) tell(rest.text);
      offset = 0;
      inode = next.inode;
      continue;
    }
    if (next !== undefined) {
      inode = next.inode;
      offset = next.end;
      if (next.text !== '') tell(next.text);
    }
    await delay(POLL_MS, undefined, { signal }).catch(() => undefined);
  }
}
