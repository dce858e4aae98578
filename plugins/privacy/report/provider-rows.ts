import type { HostSettings, Locality, ProviderEntry, RouterStatus } from 'wooster';
import type { ProviderRow } from '../privacy-schema.ts';
import { barrierFor, barrierForAll } from './cloud-barrier.ts';

const PROJECTS = { ask: 'after asking', refuse: 'those you allow', allow: 'yes' } as const;

function onlyFor(entry: ProviderEntry | undefined): string[] {
  return [...(entry?.tasks ?? []), ...(entry?.purposes ?? [])];
}

function cloudRow(provider: string, settings: HostSettings, status: RouterStatus): ProviderRow {
  const entry = settings.providers.find(({ id }) => id === provider);
  const row = { provider, where: 'cloud' as const, only: onlyFor(entry) };
  const barrier =
    barrierForAll({ settings, isLocalOnly: status.isLocalOnly, strategy: status.strategy }) ??
    barrierFor(entry, settings);
  if (barrier !== undefined) return { ...row, receives: 'nothing', projects: 'no', why: barrier.why };
  const permission = entry?.permission ?? settings.routing.cloudPermission;
  const training = entry?.noTraining === undefined ? '' : `; does not train: ${entry.noTraining.origin}`;
  return {
    ...row,
    receives: entry?.noTraining === undefined ? 'any' : 'any-or-no-training',
    projects: PROJECTS[settings.privacy.firstUse],
    why: `${permission?.origin ?? ''}${training}`,
  };
}

function localRow(provider: string, { providers }: HostSettings): ProviderRow {
  const entry = providers.find(({ id }) => id === provider);
  const why = entry?.isDeclaredLocal === true ? `declared to be yours: ${entry.origin}` : 'runs on your machines';
  return { provider, where: 'local', receives: 'anything', only: onlyFor(entry), projects: 'yes', why };
}

/** Local ones first, and those that get nothing after their like. */
function rank({ where, receives }: ProviderRow): number {
  return (where === 'local' ? 0 : 2) + (receives === 'nothing' ? 1 : 0);
}

/** Every provider that the router knows, those that are off included: who may get what, and by which setting. */
export function providerRows(settings: HostSettings, status: RouterStatus): readonly ProviderRow[] {
  const known = new Map<string, Set<Locality>>();
  for (const { model } of status.targets) {
    const localities = known.get(model.providerId) ?? new Set();
    known.set(model.providerId, localities.add(model.locality.value));
  }
  const rows = [...known].flatMap(([provider, localities]) =>
    [...localities].map((where) =>
      where === 'local' ? localRow(provider, settings) : cloudRow(provider, settings, status),
    ),
  );
  const off = status.disabled
    .filter(({ providerId }) => !known.has(providerId))
    .map(({ providerId, reason }): ProviderRow => {
      const entry = settings.providers.find(({ id }) => id === providerId);
      const where = entry?.isDeclaredLocal === true || providerId === 'local' ? 'local' : 'cloud';
      return { provider: providerId, where, receives: 'nothing', only: [], projects: 'no', why: `off: ${reason}` };
    });
  return [...rows, ...off].sort(
    (left, right) => rank(left) - rank(right) || left.provider.localeCompare(right.provider),
  );
}
