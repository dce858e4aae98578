import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import { systemCode } from '../system-code.ts';

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
  10: ['could not be read or written', 'check the disk', false],
  11: ['is damaged', 'move it away: it holds decisions, switches and health, and is made anew', true],
  13: ['cannot grow: the disk is full', 'make room', false],
  14: ['cannot be opened', 'check the folder and its permissions', false],
  26: ['is not a database', 'move it away: it is made anew', true],
};

function resultCode(error: unknown): number | undefined {
  if (typeof error !== 'object' || error === null || !('errcode' in error)) return undefined;
  return typeof error.errcode === 'number' ? error.errcode & 0xff : undefined;
}

/** Reads a fault of node:sqlite or of the file system; whatever it is, the program goes on with what it has in memory. */
export function describeFault(error: unknown, path: string): DatabaseFault {
  const effect = 'decisions are kept in memory only';
  if (isWoosterError(error)) return { message: `${error.message}; ${effect}`, isLasting: true };
  const known = CODES[resultCode(error) ?? (systemCode(error) === 'ENOSPC' ? 13 : 0)];
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
