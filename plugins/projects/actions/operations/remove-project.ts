import { readdir, rm, rmdir } from 'node:fs/promises';
import { join } from 'node:path';
import { FileAccessError, isWoosterError, systemCode, UsageError, type ActionContext } from 'wooster';
import type { ProjectPorts } from '../project-ports.ts';

/** What our stores write into their folder; anything else there belongs to someone else. */
const OWN_FILE = /^(?:store\.db.*|indexes|(?:writer|mover).*|.*\.part)$/;

/** Asks before a project goes; UsageError where nobody can be asked. */
export async function confirmRemoval(
  name: string,
  folder: string | undefined,
  context: ActionContext,
): Promise<boolean> {
  const { terminal, signal } = context;
  if (!terminal.isInteractive) {
    throw new UsageError(`removing project "${name}" needs a yes: wooster projects remove ${name} --yes`);
  }
  const stays = folder === undefined ? '' : ` The documents in ${folder} stay.`;
  const answer = await terminal.question(`remove project ${name}?${stays} [y/N] `, signal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}

/** A store that another process writes to must not be pulled away under it; one that is damaged may go. */
async function refuseWhileWritten(ports: ProjectPorts, name: string, signal: AbortSignal): Promise<void> {
  if (!(await ports.knowledge().list('projects')).includes(name)) return;
  try {
    const store = await ports.stores.make(name, signal);
    if (store.isReadOnly) {
      throw new UsageError(
        `the index at ${store.location} was written by another program: delete that folder yourself, if you want to`,
      );
    }
    const hold = await store.beginWriting(`removal of ${name}`, signal);
    await hold.dispose();
  } catch (error) {
    const isDamaged =
      isWoosterError(error) && ['E_STORE_CORRUPT', 'E_STORE_NEWER', 'E_STORE_MISMATCH'].includes(error.code);
    if (!isDamaged) throw error;
  } finally {
    await ports.stores.close(name);
  }
}

/** Removes what we wrote of a project: its store and its record. Neither the documents nor files of others are touched. */
export async function removeProject(
  ports: ProjectPorts,
  name: string,
  signal: AbortSignal,
): Promise<readonly string[]> {
  await refuseWhileWritten(ports, name, signal);
  const location = ports.knowledge().locate('projects', name);
  try {
    const entries = await readdir(location).catch((error: unknown) => {
      if (systemCode(error) === 'ENOENT') return [];
      throw error;
    });
    const foreign = entries.filter((entry) => !OWN_FILE.test(entry));
    for (const entry of entries.filter((each) => OWN_FILE.test(each))) {
      await rm(join(location, entry), { recursive: true, force: true });
    }
    if (foreign.length === 0) await rmdir(location).catch(() => {});
    await ports.records.remove(name);
    return foreign.map((entry) => join(location, entry));
  } catch (error) {
    if (isWoosterError(error)) throw error;
    const code = systemCode(error) ?? 'unknown fault';
    throw new FileAccessError(`project "${name}" cannot be removed at ${location} (${code}): check its permissions`, {
      path: location,
      cause: error,
    });
  }
}
