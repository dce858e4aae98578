import { readdir, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Finding } from 'wooster';
import { isRunning } from '../../supervision/process/process-table.ts';
import type { ServerRecord } from '../../supervision/record/server-record.ts';
import type { CheckBody, DoctorPorts } from '../doctor-ports.ts';

/** Files that are put beside another one while it is written; whoever writes one needs no minute. */
const HALF_WRITTEN = /\.[0-9a-f]{8}\.(part|tmp)$/;
const OLD_MS = 60_000;

type LeftoverPorts = Pick<DoctorPorts, 'supervision' | 'workspace' | 'clock'>;

/** Whether a record tells of a server that nobody has any more, or of one that outlived every Wooster. */
async function staleness({ supervision }: LeftoverPorts, record: ServerRecord): Promise<string | undefined> {
  const { child, users, isKept } = record;
  if (child === undefined) return undefined;
  const { table } = await supervision.supervisor();
  if (!(await isRunning(table, child)))
    return `${record.id} is recorded as running (process ${child.pid}), and has ended`;
  const living = await Promise.all(users.map((user) => isRunning(table, user)));
  if (isKept || living.includes(true)) return undefined;
  return `${record.id} (process ${child.pid}) runs on, though every Wooster that used it has ended`;
}

async function halfWritten({ workspace, clock }: LeftoverPorts): Promise<readonly string[]> {
  const folders = [workspace.configDirectory, join(workspace.stateDirectory, 'servers')];
  const files = await Promise.all(
    folders.map(async (folder) => {
      const names = await readdir(folder).catch(() => []);
      return names.filter((name) => HALF_WRITTEN.test(name)).map((name) => join(folder, name));
    }),
  );
  const ages = await Promise.all(
    files.flat().map(async (file) => ({ file, at: (await stat(file).catch(() => undefined))?.mtimeMs })),
  );
  return ages.filter(({ at }) => at !== undefined && clock.now() - at > OLD_MS).map(({ file }) => file);
}

/**
 * What killed processes have left behind: servers and records of them, and half-written files; the fix ends and removes
 * them. Locks are held by the system and end with their process, so that none is ever left.
 */
export function leftoversCheck(ports: LeftoverPorts): CheckBody {
  return {
    async run() {
      const { records } = await ports.supervision.supervisor();
      const stale = await Promise.all((await records.list()).map((record) => staleness(ports, record)));
      const files = await halfWritten(ports);
      const summaries = [
        ...stale.filter((each) => each !== undefined),
        ...files.map((file) => `${file} was never finished`),
      ];
      if (summaries.length === 0)
        return [{ state: 'ok', summary: 'nothing was left behind by processes that were killed' }];
      return summaries.map((summary): Finding => ({
        state: 'warning',
        summary,
        remedy: 'it can be removed',
        canFix: true,
      }));
    },
    async fix() {
      const supervisor = await ports.supervision.supervisor();
      await supervisor.sweep();
      const files = await halfWritten(ports);
      await Promise.all(files.map((file) => rm(file, { force: true })));
      return 'ended and removed what was left';
    },
  };
}
