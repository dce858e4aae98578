import { UsageError, type PrivacyScope } from 'wooster';
import type { PrivacyPorts } from '../privacy-ports.ts';

function list(names: readonly string[]): string {
  return names.length === 0 ? 'none' : names.join(', ');
}

/** Choices that are there; none where they cannot be read, which writing to them tells. */
function readQuietly<T>(read: () => readonly T[]): readonly T[] {
  try {
    return read();
  } catch {
    return [];
  }
}

/** The id of a provider as settings name it; UsageError with the known ones otherwise. */
export function requireProvider(ports: PrivacyPorts, name: string | undefined, usage: string): string {
  const { targets, disabled } = ports.router().status();
  const known = [
    ...new Set([
      ...ports.settings().providers.map(({ id }) => id),
      ...targets.map(({ model }) => model.providerId),
      ...disabled.map(({ providerId }) => providerId),
    ]),
  ].sort();
  if (name === undefined) throw new UsageError(`which provider? ${usage} (providers: ${list(known)})`);
  const id = name.toLowerCase();
  const answered = readQuietly(() => ports.choices().consents()).some(({ providerId }) => providerId === id);
  if (known.includes(id) || answered) return id;
  throw new UsageError(`there is no provider ${name} (providers: ${list(known)})`);
}

/** A project that is there or about which something was chosen; UsageError with the known ones otherwise. */
export async function requireProject(ports: PrivacyPorts, name: string | undefined, usage: string): Promise<string> {
  const known = [...(await ports.projects())].sort();
  if (name === undefined) throw new UsageError(`which project? ${usage} (projects: ${list(known)})`);
  const normal = name.normalize('NFC');
  const chosen = [
    ...readQuietly(() => ports.choices().consents()).map(({ project }) => project),
    ...readQuietly(() => ports.choices().classes())
      .filter(({ scope }) => scope.kind === 'project')
      .map(({ scope }) => scope.id),
  ];
  const found = [...known, ...chosen].find((each) => each.normalize('NFC') === normal);
  if (found !== undefined) return found;
  throw new UsageError(`there is no project ${name} (projects: ${list(known)})`);
}

/** The project or the conversation that is named; UsageError for neither and for both. */
export async function requireScope(
  ports: PrivacyPorts,
  named: { readonly project?: string; readonly conversation?: string },
  usage: string,
): Promise<PrivacyScope> {
  const { project, conversation } = named;
  if ((project === undefined) === (conversation === undefined)) {
    throw new UsageError(`which project or conversation? ${usage}`);
  }
  if (conversation !== undefined) return { kind: 'conversation', id: conversation };
  return { kind: 'project', id: await requireProject(ports, project, usage) };
}
