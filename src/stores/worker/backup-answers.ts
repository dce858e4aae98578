import { readBackup } from '../backup/read-backup.ts';
import { writeBackup } from '../backup/write-backup.ts';
import type { BackupCalls } from '../link/calls/backup-calls.ts';
import type { StoreSession } from './store-session.ts';

type Answers = {
  readonly [Name in keyof BackupCalls]: (
    input: BackupCalls[Name]['input'],
    signal: AbortSignal,
  ) => Promise<BackupCalls[Name]['output']>;
};

/** Answers to the calls that copy a store into one file and back; `restore` needs none that is open. */
export function backupAnswers(session: () => StoreSession): Answers {
  return {
    backup: (input, signal) => writeBackup(session().database.path, input, signal),
    restore: ({ file, request }, signal) => readBackup(file, request, signal),
  };
}
