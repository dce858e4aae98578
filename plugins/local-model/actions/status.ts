import { defineAction, style, table, type Action, type RenderContext, type SwitchScope } from 'wooster';
import { z } from 'zod';
import type { ActionPorts } from './action-ports.ts';
import { breakersSchema, describeState, listBreakers } from './health/breaker-table.ts';

/** An endpoint that shares its models with others, or has a number of slots. */
const endpointSchema = z.object({
  endpoint: z.string(),
  balance: z.string().optional().describe('how calls are shared out; absent where there is one endpoint'),
  weight: z.number(),
  slots: z.number().optional(),
  queue: z.number().optional(),
  running: z.number().describe('calls of every process of this workspace that have begun and not ended'),
  answered: z.number().describe('of the last 200 calls'),
  share: z.number().optional().describe('of what its provider answered of them, 0 to 1'),
});

/** One endpoint and its calls. */
export type EndpointRow = z.output<typeof endpointSchema>;

function describeScope(scope: SwitchScope): string {
  return 'id' in scope ? `${scope.kind} ${scope.id}` : scope.kind;
}

/** `status`: how the router is set at this moment, and what it decided last. */
export function statusAction(ports: ActionPorts): Action {
  return defineAction({
    id: 'status',
    summary: 'Show how routing is set and what it decided last',
    args: z.object({}),
    result: z.object({
      strategy: z.string(),
      isLocalOnly: z.boolean(),
      cloud: z.string(),
      preferred: z.array(z.object({ scope: z.string(), model: z.string() })),
      targets: z.array(z.object({ model: z.string(), state: z.string(), ageMs: z.number().nullable() })),
      breakers: breakersSchema.shape.breakers,
      endpoints: z.array(endpointSchema).describe('those that share their models, or have slots'),
      disabled: z.array(z.object({ provider: z.string(), reason: z.string() })),
      last: z.object({ decisionId: z.string(), decidedAt: z.number(), answeredBy: z.string().optional() }).optional(),
    }),
    examples: ['status'],
    run: async () => {
      const { listEndpoints } = await import('./health/list-endpoints.ts');
      const status = ports.router().status();
      const [last] = ports.decisions().list({ limit: 1 });
      const { routing } = ports.settings;
      const permissions = [routing.cloudPermission, ...ports.settings.providers.map(({ permission }) => permission)];
      const origins = permissions.flatMap((permission) => (permission === undefined ? [] : [permission.origin]));
      const refusal =
        routing.cloudRefusal?.origin ?? (status.isLocalOnly ? (routing.privacyOrigin ?? 'local-only') : undefined);
      return {
        strategy: status.strategy,
        isLocalOnly: status.isLocalOnly,
        cloud: refusal === undefined ? describePermissions(origins) : `not allowed: ${refusal}`,
        preferred: status.switches.map(({ scope, ref }) => ({ scope: describeScope(scope), model: ref })),
        targets: status.targets.map(({ ref, health }) => ({
          model: ref,
          state: health.state,
          ageMs: Number.isFinite(health.ageMs) ? Math.round(health.ageMs) : null,
        })),
        breakers: listBreakers(ports.router()).breakers,
        endpoints: listEndpoints(ports),
        disabled: status.disabled.map(({ providerId, reason }) => ({ provider: providerId, reason })),
        last:
          last === undefined
            ? undefined
            : {
                decisionId: last.decision.id,
                decidedAt: last.decision.decidedAt,
                answeredBy: last.attempts.find(({ outcome }) => outcome === 'answered')?.ref,
              },
      };
    },
    render: (result, context) => {
      const lines = [
        `strategy    ${result.strategy}${result.isLocalOnly ? ' (local-only: nothing leaves this machine)' : ''}`,
        `cloud       ${result.cloud}`,
        `preferred   ${result.preferred.map(({ scope, model }) => `${model} (${scope})`).join(', ') || 'none, the router chooses'}`,
        ...result.targets.map(({ model, state, ageMs }) => `target      ${model}: ${state}${describeAge(ageMs)}`),
        ...result.breakers
          .filter(({ state, limitedForMs }) => state !== 'closed' || limitedForMs !== undefined)
          .map(
            (breaker) => `breaker     ${breaker.target}: ${describeState(breaker)}, see \`wooster health --breakers\``,
          ),
        ...result.disabled.map(({ provider, reason }) => `off         ${provider}: ${reason}`),
        `last        ${describeLast(result.last)}`,
      ];
      const told = lines.map((line) => style(line.slice(0, 12), 'dim', context.hasColor) + line.slice(12)).join('\n');
      return result.endpoints.length === 0 ? told : `${told}\n\n${renderEndpoints(result.endpoints, context)}`;
    },
  });
}

function describePermissions(origins: readonly string[]): string {
  return origins.length === 0 ? 'not allowed: no setting permits it' : `allowed by ${[...new Set(origins)].join(', ')}`;
}

function describeAge(ageMs: number | null): string {
  return ageMs === null ? '' : ` (seen ${Math.round(ageMs / 1000)} s ago)`;
}

function describeLast(last: { decisionId: string; decidedAt: number; answeredBy?: string } | undefined): string {
  if (last === undefined) return 'nothing has been asked yet';
  const when = new Date(last.decidedAt).toLocaleString();
  return `${last.answeredBy ?? 'no model'} answered on ${when}; wooster why ${last.decisionId}`;
}

function renderEndpoints(endpoints: readonly EndpointRow[], context: RenderContext): string {
  return table(
    endpoints,
    [
      { title: 'endpoint', isWhole: true, value: ({ endpoint }) => endpoint },
      { title: 'balance', value: ({ balance }) => balance ?? '-' },
      { title: 'weight', align: 'right', value: ({ weight }) => String(weight) },
      { title: 'slots', align: 'right', value: ({ slots }) => String(slots ?? '-') },
      { title: 'queue', align: 'right', value: ({ queue }) => String(queue ?? '-') },
      { title: 'running', align: 'right', value: ({ running }) => String(running) },
      { title: 'answered', align: 'right', value: ({ answered }) => String(answered) },
      {
        title: 'share',
        align: 'right',
        value: ({ share }) => (share === undefined ? '-' : `${Math.round(share * 100)} %`),
      },
    ],
    context,
  );
}
