import { LOCAL_PRINCIPAL } from '../../../src/index.ts';
import type {
  CallLimits,
  CallOutcome,
  HealthSnapshot,
  Locality,
  RouteDecision,
  RoutedOperation,
  RouteStep,
  RoutingSettings,
} from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { executeDecision } from '../../../src/routing/execution/execute-decision.ts';
import type { ExecutionPorts } from '../../../src/routing/execution/execute-decision.ts';
import { NULL_BUDGET, NULL_CACHE, NULL_LEDGER, NULL_PRIVACY } from '../../../src/routing/null-accounts.ts';
import type { ProviderInstance } from '../../../src/contracts/models/provider.ts';
import { CollectedLog, openOffice, routingSettings } from './rig.ts';

/** One item of a scripted run: an answer, reasoning before it, a pause, an error, or silence until the abort. */
export type RunLine =
  | { readonly say: string }
  | { readonly think: string }
  | { readonly pauseMs: number }
  | { readonly error: Error }
  | { readonly hang: true };

/** One link of the chain, and what its target does at its n-th call, from 1. */
export interface LinkScript {
  readonly id: string;
  readonly server?: string;
  readonly locality?: Locality;
  readonly contextTokens?: number;
  readonly state?: HealthSnapshot['state'];
  readonly isResting?: boolean;
  run(call: number): readonly RunLine[];
}

/** One execution of a chain that is written by hand. */
export interface ExecutionScript {
  readonly links: readonly LinkScript[];
  readonly isWhole?: boolean;
  readonly neededTokens?: number;
  readonly limits?: Partial<CallLimits>;
  readonly failover?: Partial<RoutingSettings['failover']>;
  readonly rejected?: RouteDecision['rejected'];
  /** The signal is aborted when so many items have been read. */
  readonly abortAfterItems?: number;
  /** The reader leaves when so many items have been read. */
  readonly leaveAfterItems?: number;
}

/** The link "a", which shows these lines and then fails. */
export function failing(error: Error, before: readonly RunLine[], change: Partial<LinkScript> = {}): LinkScript {
  return { id: 'a', run: () => [...before, { error }], ...change };
}

/** The link "b", which answers. */
export function answering(change: Partial<LinkScript> = {}): LinkScript {
  return { id: 'b', run: () => [{ say: 'b0' }], ...change };
}

const NO_LIMITS: CallLimits = { connectMs: 5_000, loadMs: 200, firstTokenMs: 5_000, idleMs: 5_000, totalMs: 10_000 };

function stepOf(link: LinkScript): RouteStep {
  const { id, server = id, locality = 'local', contextTokens } = link;
  return { ref: `${id}:m`, targetId: `${server}@host/${id}`, locality, score: 0, contextTokens };
}

function decisionOf(script: ExecutionScript): RouteDecision {
  return {
    id: 'decision',
    decidedAt: 0,
    request: {
      task: 'chat',
      needs: { contextTokens: script.neededTokens },
      privacy: 'any',
      principal: LOCAL_PRINCIPAL,
    },
    strategy: 'local-first',
    chain: script.links.map(stepOf),
    rejected: script.rejected ?? [],
  };
}

async function* play(lines: readonly RunLine[], signal: AbortSignal): AsyncGenerator<RunLine> {
  for (const line of lines) {
    if ('error' in line) throw line.error;
    if ('hang' in line) await new Promise((resolve) => signal.addEventListener('abort', resolve));
    else if ('pauseMs' in line) await new Promise((resolve) => setTimeout(resolve, line.pauseMs));
    else yield await Promise.resolve(line);
  }
}

/** Executes the script to its end and tells all that was seen of it. */
export async function execute(script: ExecutionScript) {
  const asked: string[] = [];
  const marks: (CallOutcome & { targetId: string })[] = [];
  const state = createMemoryState();
  const decision = decisionOf(script);
  state.decisions.recordDecision(decision);
  const linkOf = (targetId: string) => script.links.find(({ id }) => targetId.endsWith(`/${id}`));
  const operation: RoutedOperation<RunLine> = {
    id: 'scripted',
    isStreamed: true,
    isWhole: script.isWhole,
    run: ({ id }, _model, { signal }) => {
      asked.push(id);
      const call = asked.filter((each) => each === id).length;
      return play(script.links.find((link) => link.id === id)?.run(call) ?? [], signal);
    },
    isOutput: (line) => 'say' in line,
    isProgress: (line) => 'think' in line,
    texts: () => [],
  };
  const ports: ExecutionPorts = {
    recorder: state.decisions,
    ledger: NULL_LEDGER,
    budget: NULL_BUDGET,
    clock: { now: Date.now, monotonic: () => performance.now() },
    log: new CollectedLog(),
    mark: (targetId, outcome) => void marks.push({ targetId, ...outcome }),
    privacy: NULL_PRIVACY,
    cache: NULL_CACHE,
    digestOf: () => undefined,
    routing: routingSettings({
      limits: NO_LIMITS,
      failover: { ...routingSettings().failover, maxRetries: 2, ...script.failover },
    }),
    permits: openOffice(),
    random: () => 0,
    findTarget: (targetId) => ({ provider: { id: linkOf(targetId)?.id }, entry: {} }) as unknown as ProviderInstance,
    isResting: (targetId) => linkOf(targetId)?.isResting === true,
    stateOf: (targetId) => linkOf(targetId)?.state ?? 'ready',
    onAnswered: () => undefined,
    onFailed: () => undefined,
  };
  const controller = new AbortController();
  const options = { parameters: {}, limits: script.limits, principal: LOCAL_PRINCIPAL, signal: controller.signal };
  const items: RunLine[] = [];
  let error: unknown;
  const startedAt = performance.now();
  if (script.abortAfterItems === 0) controller.abort();
  try {
    for await (const item of executeDecision({ decision, operation, options, ports })) {
      items.push(item);
      if (items.length === script.abortAfterItems) controller.abort();
      if (items.length === script.leaveAfterItems) break;
    }
  } catch (thrown) {
    error = thrown;
  }
  const tookMs = performance.now() - startedAt;
  const { attempts = [] } = state.decisions.get(decision.id) ?? {};
  const said = items.flatMap((item) => ('say' in item ? [item.say] : []));
  return {
    asked: asked.join(' '),
    marks,
    items,
    said,
    error: error as { code?: string } | undefined,
    attempts,
    tookMs,
  };
}
