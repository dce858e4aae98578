import type { AttemptRecord, ProviderInstance } from 'wooster';
import type { ActionPorts } from '../action-ports.ts';
import type { EndpointRow } from '../status.ts';

/** Decisions that are looked back on. */
const LOOKED_BACK = 200;

/** The endpoints whose calls are counted, with what the decision log tells of them; empty for a plain configuration. */
export function listEndpoints({ router, decisions, settings, clock }: ActionPorts): EndpointRow[] {
  const counted = router()
    .providers()
    .filter(({ entry }) => entry.targets !== undefined || entry.slots !== undefined);
  if (counted.length === 0) return [];
  const attempts = decisions()
    .list({ limit: LOOKED_BACK })
    .flatMap((trace) => trace.attempts);
  // What has run for longer was left by a process that was killed.
  const sinceMs = clock.now() - settings.routing.limits.totalMs;
  const rows = counted.map((instance) => {
    const own = attempts.filter(({ targetId }) => targetId.startsWith(`${instance.serverId}/`));
    const running = own.filter(({ outcome, startedAt }) => outcome === 'running' && startedAt > sinceMs).length;
    return { ...settingsOf(instance), running, answered: countAnswered(own) };
  });
  return rows.map((row, place) => {
    const siblings = rows.filter((_row, at) => counted[at]?.entry.id === counted[place]?.entry.id);
    const all = siblings.reduce((sum, { answered }) => sum + answered, 0);
    return all === 0 || row.balance === undefined ? row : { ...row, share: row.answered / all };
  });
}

function settingsOf({
  serverId,
  entry: { targets, baseUrl, balance = 'round-robin', slots, queue },
}: ProviderInstance): Omit<EndpointRow, 'running' | 'answered' | 'share'> {
  const weight = targets?.find((target) => target.baseUrl === baseUrl)?.weight ?? 1;
  return {
    endpoint: serverId,
    weight,
    ...(targets !== undefined && { balance }),
    ...(slots !== undefined && { slots, queue: queue ?? 0 }),
  };
}

function countAnswered(attempts: readonly AttemptRecord[]): number {
  return attempts.filter(({ outcome }) => outcome === 'answered').length;
}
