import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import { isDiskFull } from '../system-code.ts';

/** What a fault of the database means. */
export interface DatabaseFault {
  /** One line: what, where, what to do. */
  readonly message: string;
  /** True when trying again in this process is of no use. */
  readonly isLasting: boolean;
}

/** Primary result codes of SQLite, https://sqlite.org/rescode.html; the extended code holds them in its lower byte. */
const CODES: Readonly<Record<number, readonly [what: string, remedy: string, isLasting: boolean]>> = {
  5: ['is held by another process', 'wait for it to end', false],
  6: ['is held by another process', 'wait for it to end', false],
  8: ['cannot be written', 'give this user the right to write it', false],
  10: ['could not be read or written', 'check the disk and its quota', false],
  11: ['is damaged', 'move it away: it holds decisions, switches and health, and is made anew', true],
  13: ['cannot grow: the disk is full', 'make room', false],
  14: ['cannot be opened', 'check the folder and its permissions', false],
  26: ['is not a database', 'move it away: it is made anew', true],
};

const FULL = 13;

/** SQLITE_IOERR_SHMSIZE: the index of the write-ahead log could not be made larger, which SQLite 3.50 does not call full. */
const NO_ROOM_FOR_LOG_INDEX = 4_874;

function resultCode(error: unknown): number | undefined {
  if (isDiskFull(error)) return FULL;
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  if (error.errcode === NO_ROOM_FOR_LOG_INDEX) return FULL;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Reads a fault of node:sqlite or of the file system; whatever it is, the program goes on with what it has in memory. */
export function describeFault(error: unknown, path: string): DatabaseFault {
  const effect = 'decisions are kept in memory only';
  if (isWoosterError(error)) return { message: `${error.message}; ${effect}`, isLasting: true };
  const known = CODES[resultCode(error) ?? 0];
  if (known !== undefined) {
    const [what, remedy, isLasting] = known;
    return { message: `${path} ${what}: ${remedy}; ${effect}`, isLasting };
  }
  const text = error instanceof Error ? error.message : String(error);
  return {
    message: `${path} cannot be used (${text.replace(/\s+/g, ' ')}): check the folder; ${effect}`,
    isLasting: false,
  };
}
