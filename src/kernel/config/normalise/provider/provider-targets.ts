import type {
  BalanceStrategy,
  ProviderEntry,
  ServerStart,
  TargetEntry,
} from '../../../../contracts/settings/settings.ts';
import { normaliseAddress } from '../../shapes/address.ts';
import type { Reading } from '../../layers/reading.ts';

/** Waiting calls for each slot, where the entry does not say. */
const QUEUED_FOR_A_SLOT = 8;

/** The readings of one provider, as far as its endpoints and its start are concerned. */
interface EntryFields {
  find(field: string): Reading | undefined;
  text(field: string): string | undefined;
  number(field: string): number | undefined;
  flag(field: string): boolean | undefined;
  below(field: string): readonly Reading[];
  list(field: string): readonly string[];
}

/** Several endpoints of one entry, slots and the queue before them. */
export function readTargets(
  entry: EntryFields,
  kind: string,
): Pick<ProviderEntry, 'targets' | 'balance' | 'slots' | 'queue'> {
  const written = entry.find('targets')?.value as readonly TargetEntry[] | undefined;
  const slots = entry.number('slots');
  const queue = entry.number('queue');
  const queueOf = (own: number | undefined): number | undefined =>
    queue ?? (own === undefined ? undefined : QUEUED_FOR_A_SLOT * own);
  return {
    targets: written?.map((target) => ({
      ...target,
      ...(target.slots !== undefined && { queue: queueOf(target.slots) }),
      weight: target.weight ?? 1,
      baseUrl: normaliseAddress(target.baseUrl, kind) ?? target.baseUrl,
    })),
    balance: entry.text('balance') as BalanceStrategy | undefined,
    slots,
    queue: queueOf(slots),
  };
}

/** How the server is started where it does not run; undefined where nothing asks for it or `autoStart: false` refuses. */
export function readStart(entry: EntryFields): ServerStart | undefined {
  const command = entry.list('start.command');
  const asked = entry.find('autoStart') ?? entry.find('start.command');
  if (asked === undefined || asked.value === false) return undefined;
  const readySeconds = entry.number('start.readySeconds');
  const variables = entry.below('start.environment').map(({ segments, value }) => [segments.at(-1), String(value)]);
  return {
    command: command.length === 0 ? undefined : command,
    environment: Object.fromEntries(variables) as Record<string, string>,
    directory: entry.text('start.directory'),
    readyMs: readySeconds === undefined ? undefined : Math.round(readySeconds * 1000),
    maxMemoryMiB: entry.number('start.maxMemoryMiB'),
    origin: asked.origin,
  };
}
