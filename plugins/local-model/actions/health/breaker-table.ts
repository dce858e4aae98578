import {
  describeDuration,
  style,
  table,
  type BreakerStatus,
  type ModelRouterService,
  type RenderContext,
} from 'wooster';
import { z } from 'zod';

const breakerSchema = z.object({
  target: z.string().describe('a model on a server, or a server for all its models'),
  state: z.enum(['closed', 'open', 'half-open', 'misconfigured']),
  failures: z.number().optional().describe('counted in a row, while it is closed'),
  trips: z.number().describe('how often it opened without an answer in between'),
  probeInMs: z.number().optional(),
  limitedForMs: z.number().optional(),
  cause: z.object({ code: z.string(), message: z.string(), at: z.number() }).optional(),
});

/** What `health --breakers` tells: only breakers that have something to tell. */
export const breakersSchema = z.object({ breakers: z.array(breakerSchema) });

/** What `health --reset` tells. */
export const resetSchema = z.object({
  reset: z.number().describe('how many breakers had something to forget'),
  target: z.string().optional().describe('the target or server they belong to; absent when it was all'),
});

type BreakerRow = z.output<typeof breakerSchema>;

function toRow({ targetId, state, probeInMs, limitedForMs, cause }: BreakerStatus): BreakerRow {
  return {
    target: targetId,
    state: state.kind,
    failures: state.kind === 'closed' ? state.failures : undefined,
    trips: state.trips,
    probeInMs: probeInMs === undefined ? undefined : Math.round(probeInMs),
    limitedForMs: limitedForMs === undefined ? undefined : Math.round(limitedForMs),
    cause: cause === undefined ? undefined : { ...cause },
  };
}

/** The breakers as the workspace knows them; looks at no server. */
export function listBreakers(router: ModelRouterService): z.output<typeof breakersSchema> {
  return { breakers: router.breakers().map(toRow) };
}

/** What keeps calls away, in a word or two. */
export function describeState({ state, limitedForMs }: Pick<BreakerRow, 'state' | 'limitedForMs'>): string {
  if (state === 'open') return 'resting';
  if (state === 'half-open') return 'being probed';
  if (state === 'misconfigured') return 'misconfigured';
  return limitedForMs === undefined ? 'closed' : 'limited';
}

function describeNext({ state, probeInMs, limitedForMs }: BreakerRow): string {
  if (state === 'misconfigured') return 'once it is corrected';
  if (state === 'half-open') return 'now';
  if (probeInMs !== undefined) return probeInMs === 0 ? 'with the next call' : `in ${describeDuration(probeInMs)}`;
  return limitedForMs === undefined ? '-' : `asked again in ${describeDuration(limitedForMs)}`;
}

const COLORS = { open: 'red', 'half-open': 'yellow', misconfigured: 'red', closed: 'dim' } as const;

/** The table, worst first as the router lists them, with what can be done below it. */
export function renderBreakers({ breakers }: z.output<typeof breakersSchema>, context: RenderContext): string {
  const isAllClosed = breakers.every(({ state }) => state === 'closed');
  const rows = table(
    breakers,
    [
      { title: 'target', isWhole: true, value: ({ target }) => target },
      { title: 'state', value: (row) => style(describeState(row), COLORS[row.state], context.hasColor) },
      { title: 'failures', align: 'right', value: ({ failures }) => String(failures ?? '-') },
      { title: 'trips', align: 'right', value: ({ trips }) => String(trips) },
      { title: 'next probe', value: describeNext },
    ],
    context,
  );
  const causes = breakers.flatMap(({ target, cause }) =>
    cause === undefined ? [] : [`${target}: ${cause.code} ${cause.message}`],
  );
  const verdict = isAllClosed
    ? style('All breakers are closed: every target may be called.', 'green', context.hasColor)
    : 'Calls go elsewhere meanwhile. `wooster health --reset [<target>]` lets them be tried at once.';
  return [rows, ...causes, verdict].filter((part) => part !== '').join('\n');
}

/** One line about a reset. */
export function renderReset({ reset, target }: z.output<typeof resetSchema>): string {
  const whose = target === undefined ? '' : ` of ${target}`;
  if (reset === 0) return `Nothing to reset${whose}: no breaker was open or counting.`;
  return `${reset} breaker${reset === 1 ? '' : 's'}${whose} closed: the next call may use ${reset === 1 ? 'it' : 'them'}.`;
}
