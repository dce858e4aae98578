import type { RouteFilter } from '../../contracts/routing/strategy.ts';

function describeAge(ageMs: number): string {
  if (ageMs < 1_000) return 'now';
  return ageMs < 120_000 ? `${Math.round(ageMs / 1_000)} s ago` : `${Math.round(ageMs / 60_000)} min ago`;
}

/**
 * Rejects a target that was last seen down or misconfigured, however long ago: it comes back by a look that passes, so
 * that nobody's call is the try. The router looks again in the background once the last look is older than the probe
 * interval, and at once, for a bounded time, when health alone leaves no candidate. Loading and busy targets stay: the
 * strategy ranks them behind ready ones.
 */
export const healthFilter: RouteFilter = {
  id: 'health',
  reject: ({ health }) => {
    if (health.state !== 'down' && health.state !== 'misconfigured') return undefined;
    const { code, detail } = health.report ?? {};
    const parts = [`${health.state}:`, code, detail].filter((part) => part !== undefined);
    return { filter: 'health', text: `${parts.join(' ')} (seen ${describeAge(health.ageMs)})` };
  },
};
