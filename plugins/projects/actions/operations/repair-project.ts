import { isWoosterError, type ActionContext } from 'wooster';
import { z } from 'zod';
import type { ProjectPorts } from '../project-ports.ts';

const countsSchema = z.object({ sources: z.number(), chunks: z.number(), vectors: z.number() });

/** What `projects verify` tells. */
export const verifiedSchema = z.object({
  name: z.string(),
  isSound: z.boolean(),
  faults: z.array(z.string()),
  rebuilt: z.array(z.string()),
  checked: countsSchema,
  /** What a deep look took in. */
  notes: z.array(z.string()),
});

/** What `projects repair` tells. */
export const repairedSchema = z.object({
  name: z.string(),
  found: z.array(z.string()),
  rebuilt: z.array(z.string()),
  lost: z.array(z.string()),
  keptAt: z.string().optional(),
  kept: countsSchema,
});

type Verified = z.output<typeof verifiedSchema>;
type Repaired = z.output<typeof repairedSchema>;

/** What is wrong with the record of a project; undefined for one that can be read, and for a project without one. UsageError for an unknown project. */
async function faultOfRecord(ports: ProjectPorts, name: string): Promise<string | undefined> {
  try {
    const record = await ports.records.find(name);
    if (record === undefined && !(await ports.knowledge().list('projects')).includes(name)) {
      await ports.records.require(name);
    }
    return undefined;
  } catch (error) {
    if (isWoosterError(error) && error.code === 'E_FILE') return error.message;
    throw error;
  }
}

/** Checks the record and the store of a project; `isDeep` reads and reckons everything anew. */
export async function verifyProject(
  ports: ProjectPorts,
  { name, isDeep }: { readonly name: string; readonly isDeep: boolean },
  { signal, progress }: ActionContext,
): Promise<Verified> {
  const fault = await faultOfRecord(ports, name);
  const store = await ports.stores.make(name, signal);
  if (isDeep) progress.update({ label: `reading all of ${name}` });
  const {
    isSound,
    faults,
    rebuilt,
    checked,
    notes = [],
  } = await store.verify(signal, { isDeep }).finally(() => progress.finish());
  return {
    name,
    isSound: isSound && fault === undefined,
    faults: [...faults, ...(fault === undefined ? [] : [fault])],
    rebuilt: [...rebuilt],
    checked,
    notes: [...notes],
  };
}

/** Gets back what can be got back of the store of a project, and takes a record that cannot be read out of the way. */
export async function repairProject(
  ports: ProjectPorts,
  name: string,
  { signal, progress }: ActionContext,
): Promise<Repaired> {
  const fault = await faultOfRecord(ports, name);
  await ports.stores.close(name);
  progress.update({ label: `reading all of ${name}` });
  const { found, rebuilt, lost, keptAt, kept } = await ports
    .knowledge()
    .repair('projects', name, signal)
    .finally(() => progress.finish());
  const record = fault === undefined ? undefined : await ports.records.setAside(name);
  const about = `the record of the project is kept at ${record ?? ''}; this writes it anew: wooster ingest <folder> --project ${name}`;
  return {
    name,
    found: [...found, ...(fault === undefined ? [] : [fault])],
    rebuilt: [...rebuilt],
    lost: [...lost, ...(record === undefined ? [] : [about])],
    ...(keptAt !== undefined && { keptAt }),
    kept,
  };
}

function counted({ sources, chunks, vectors }: z.output<typeof countsSchema>): string {
  return `${sources} files, ${chunks} passages, ${vectors} vectors`;
}

/** The verdict for people. */
export function renderVerified({ name, isSound, faults, rebuilt, checked, notes }: Verified): string {
  return [
    `project ${name} is ${isSound ? 'sound' : 'damaged'}: ${counted(checked)} looked at`,
    ...faults.map((fault) => `  ${fault}`),
    ...rebuilt.map((line) => `  rebuilt: ${line}`),
    ...notes.map((line) => `  checked: ${line}`),
    ...(isSound
      ? []
      : [
          `get back what can be got back: wooster projects repair ${name}; or make it anew: wooster projects remove ${name}, then ingest the folder again`,
        ]),
  ].join('\n');
}

/** What was repaired, for people. */
export function renderRepaired({ name, found, rebuilt, lost, keptAt, kept }: Repaired): string {
  const isSound = found.length + rebuilt.length + lost.length === 0;
  return [
    `project ${name} ${isSound ? 'is sound, nothing was to be repaired' : 'is repaired'}: ${counted(kept)}`,
    ...found.map((line) => `  found: ${line}`),
    ...rebuilt.map((line) => `  rebuilt: ${line}`),
    ...lost.map((line) => `  lost: ${line}`),
    ...(keptAt === undefined
      ? []
      : [`the damaged files are kept at ${keptAt}; delete them when you need them no more`]),
  ].join('\n');
}
