import {
  defineAction,
  LOCAL_PRINCIPAL,
  serverOfTarget,
  style,
  table,
  UsageError,
  type Action,
  type ActionContext,
  type RenderContext,
  type RouterStatus,
  type TargetStatus,
} from 'wooster';
import { z } from 'zod';
import type { ActionPorts } from './action-ports.ts';
import { breakersSchema, listBreakers, renderBreakers, renderReset, resetSchema } from './health/breaker-table.ts';
import { embeddingHealthSchema, lookAtEmbeddings, renderEmbeddings } from './health-embeddings.ts';

/** Name under which the router lists a server that has told no model. */
const NO_MODEL = '*';
const MODELS_SHOWN = 3;

const providerHealthSchema = z.object({
  provider: z.string(),
  kind: z.string(),
  address: z.string().optional(),
  isDiscovered: z.boolean().describe('found on this machine rather than configured'),
  state: z.string(),
  engine: z.string().optional(),
  latencyMs: z.number().optional(),
  models: z.array(z.object({ model: z.string(), isConfigured: z.boolean(), isLoaded: z.boolean().optional() })),
  detail: z.string(),
  remedy: z.string().optional(),
  code: z.string().optional(),
});

const healthSchema = z.object({
  canConverse: z.boolean(),
  answers: z.string().optional(),
  providers: z.array(providerHealthSchema),
  disabled: z.array(z.object({ provider: z.string(), reason: z.string() })),
  embeddings: embeddingHealthSchema,
  evictions: z.array(z.string()).describe('models of one server that put each other out of memory'),
});

type ProviderHealth = z.output<typeof providerHealthSchema>;

function toProviderHealth(targets: readonly TargetStatus[], ports: ActionPorts): ProviderHealth {
  const [first] = targets as [TargetStatus];
  const serverId = serverOfTarget(first.targetId);
  const instance = ports
    .router()
    .providers()
    .find((each) => each.serverId === serverId);
  const worst = targets.find(({ isConfigured }) => isConfigured) ?? first;
  const report = worst.health.report;
  const named = targets.filter(({ model }) => model.modelId !== NO_MODEL);
  return {
    provider: first.model.providerId,
    kind: instance?.entry.kind ?? 'unknown',
    address: instance?.entry.baseUrl ?? (first.targetId.includes('@') ? first.targetId.split(/[@/]/)[1] : undefined),
    isDiscovered: instance?.entry.isDiscovered === true,
    state: worst.health.state,
    engine:
      report?.engine === undefined ? undefined : [report.engine.name, report.engine.version].filter(Boolean).join(' '),
    latencyMs: report === undefined ? undefined : Math.round(report.latencyMs),
    models: named.map(({ model, isConfigured }) => ({
      model: model.modelId,
      isConfigured,
      isLoaded: model.isLoaded?.value,
    })),
    detail: report?.detail ?? 'it has not been looked at yet',
    remedy: report?.remedy,
    code: report?.code,
  };
}

/** Health of each endpoint of each provider, in the order of the configuration. */
function toProviders(status: RouterStatus, ports: ActionPorts): readonly ProviderHealth[] {
  const byServer = Map.groupBy(status.targets, ({ targetId }) => serverOfTarget(targetId));
  return [...byServer.values()].map((targets) => toProviderHealth(targets, ports));
}

function describeModels({ models }: ProviderHealth): string {
  const order = [...models].sort((left, right) => Number(right.isConfigured) - Number(left.isConfigured));
  const shown = order.slice(0, MODELS_SHOWN).map(({ model, isLoaded }) => {
    if (isLoaded === undefined) return model;
    return `${model} (${isLoaded ? 'loaded' : 'not loaded'})`;
  });
  return [...shown, ...(order.length > MODELS_SHOWN ? [`and ${order.length - MODELS_SHOWN} more`] : [])].join(', ');
}

const COLOR_OF = { ready: 'green', loading: 'yellow', busy: 'yellow', down: 'red', misconfigured: 'red' } as const;

function colored(state: string, context: RenderContext): string {
  return style(state, COLOR_OF[state as keyof typeof COLOR_OF] ?? 'dim', context.hasColor);
}

/** The health table, with what to do about each fault below it. */
function renderHealth(result: z.output<typeof healthSchema>, context: RenderContext): string {
  const rows = table(
    result.providers,
    [
      {
        title: 'provider',
        isWhole: true,
        value: ({ provider, isDiscovered }) => (isDiscovered ? `${provider} +` : provider),
      },
      { title: 'address', isWhole: true, value: ({ address }) => address ?? 'in this machine' },
      { title: 'state', value: ({ state }) => colored(state, context) },
      { title: 'engine', value: ({ engine }) => engine ?? '-' },
      { title: 'models', value: describeModels },
      {
        title: 'latency',
        align: 'right',
        value: ({ latencyMs }) => (latencyMs === undefined ? '-' : `${latencyMs} ms`),
      },
    ],
    context,
  );
  const faults = result.providers
    .filter(({ state }) => state !== 'ready')
    .map(
      ({ provider, detail, remedy, code }) =>
        `${provider}: ${[code, detail].filter(Boolean).join(' ')}${remedy === undefined ? '' : `\n  → ${remedy}`}`,
    );
  const off = result.disabled.map(({ provider, reason }) =>
    style(`${provider} is off: ${reason}`, 'dim', context.hasColor),
  );
  const verdict = result.canConverse
    ? style(`A conversation can run: ${result.answers ?? 'a model'} would answer.`, 'green', context.hasColor)
    : style('No conversation can run: no configured model may or can answer.', 'red', context.hasColor);
  const embeddings = renderEmbeddings(result.embeddings, context);
  const found = result.providers.some(({ isDiscovered }) => isDiscovered)
    ? [style('+ found on this machine; `wooster models --discover --save` writes it down', 'dim', context.hasColor)]
    : [];
  return [rows, ...found, ...faults, ...off, ...result.evictions, embeddings, verdict]
    .filter((part) => part !== '')
    .join('\n');
}

async function lookAtAll(
  ports: ActionPorts,
  { signal, terminal }: ActionContext,
): Promise<z.output<typeof healthSchema>> {
  const router = ports.router();
  const count = ports.settings.providers.filter(({ isEnabled }) => isEnabled).length;
  terminal.note(`looking at ${count} configured provider${count === 1 ? '' : 's'}`);
  await router.refresh(signal, 0);
  const request = {
    task: 'chat',
    needs: {},
    privacy: 'any',
    principal: LOCAL_PRINCIPAL,
    isPreview: true,
  } as const;
  const decision = await router.decide(request, signal);
  const status = router.status();
  return {
    canConverse: decision.chain.length > 0,
    answers: decision.chain[0]?.ref,
    providers: [...toProviders(status, ports)],
    disabled: status.disabled.map(({ providerId, reason }) => ({ provider: providerId, reason })),
    embeddings: await lookAtEmbeddings(ports.embeddings(), signal),
    evictions: (await ports.keeper().evictions(signal)).map(({ text }) => text),
  };
}

const resultSchema = z.union([healthSchema, breakersSchema, resetSchema]);

/**
 * `health-check`: a look at each configured provider, at what embeds texts, and whether a conversation can run; or the
 * breakers, or their reset. Exit 0 when a conversation can run, 69 when not.
 */
export function healthCheckAction(ports: ActionPorts): Action {
  return defineAction({
    id: 'health-check',
    command: 'health',
    summary: 'Look at each configured server: does it answer, what is it, which models, what to do',
    args: z.object({
      breakers: z.boolean().default(false).describe('show which targets rest after failures, and until when'),
      reset: z.boolean().default(false).describe('let what rests be tried at once: all, or the one named behind it'),
      target: z.string().optional().describe('with --reset: a target, model, server or provider; all without it'),
    }),
    positionals: ['target'],
    result: resultSchema,
    examples: ['health', 'health --json', 'health --breakers', 'health --reset', 'health --reset ollama'],
    run: async ({ breakers, reset, target }, context): Promise<z.output<typeof resultSchema>> => {
      if (reset) {
        const { resetBreakers } = await import('./health/reset-breakers.ts');
        return resetBreakers(ports.router(), target);
      }
      if (target !== undefined) throw new UsageError(`to try ${target} at once, write health --reset ${target}`);
      return breakers ? listBreakers(ports.router()) : lookAtAll(ports, context);
    },
    render: (result, context) => {
      if ('breakers' in result) return renderBreakers(result, context);
      return 'reset' in result ? renderReset(result) : renderHealth(result, context);
    },
    exitCode: (result) => ('canConverse' in result && !result.canConverse ? 69 : 0),
  });
}
