import type { LookupFunction } from 'node:net';
import {
  BUILT_IN_FILTERS,
  BUILT_IN_STRATEGIES,
  createGuardedHttp,
  createModelRouter,
  createPermitOffice,
  FILTERS,
  PROVIDERS,
  STRATEGIES,
  type HostSettings,
  type LedgerAttempt,
  type LedgerOutcome,
  type ModelRouter,
  type ProviderEntry,
  type RoutingState,
  type UsageLedger,
} from '../../../src/index.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { createExtensionsDouble } from '../../doubles/extensions-double.ts';
import { FAULT_LIMITS, type FaultCell } from '../cells.ts';
import { watchBreakers } from './breaker-marks.ts';
import type { MatrixClient } from './matrix-clients.ts';
import type { BreakerMark } from './matrix-row.ts';

/** Ledger that keeps every entry, so that one too many or too few is seen. */
class KeptLedger implements UsageLedger {
  readonly begun: LedgerAttempt[] = [];
  readonly ended: { readonly id: string; readonly outcome: LedgerOutcome['outcome'] }[] = [];

  begin(attempt: LedgerAttempt): string {
    this.begun.push(attempt);
    return attempt.attemptId;
  }

  end(id: string, { outcome }: LedgerOutcome): void {
    this.ended.push({ id, outcome });
  }

  query(): [] {
    return [];
  }

  summarize(): [] {
    return [];
  }
}

/** A router over the two servers and all that is looked at afterwards. */
export interface MatrixHouse {
  readonly router: ModelRouter;
  readonly state: RoutingState;
  readonly ledger: KeptLedger;
  readonly warnings: string[];
  /** What the breaker of the primary has counted. */
  breakerMark(): BreakerMark;
  /** From now on the name of the primary is not found. */
  loseName(): void;
  /** Moves the clock of the wall, not that of durations. */
  stepClock(byMs: number): void;
}

interface HousePlan {
  readonly cell: FaultCell;
  readonly client: MatrixClient;
  readonly urls: { readonly primary: string; readonly fallback: string };
  readonly state?: RoutingState;
}

function entriesOf({ cell, client, urls }: HousePlan): ProviderEntry[] {
  const base = { isEnabled: true, isDeclaredLocal: true, model: 'm', origin: 'the matrix', ...client.entry };
  const primary = new URL(urls.primary);
  if (cell.place === 'unknown-host') primary.hostname = 'primary.internal';
  const first = {
    ...base,
    id: 'primary',
    kind: client.descriptor.id,
    baseUrl: primary.origin,
    priority: 1,
    options: {},
  };
  const second = {
    ...base,
    id: 'fallback',
    kind: client.descriptor.id,
    baseUrl: urls.fallback,
    priority: 2,
    options: {},
  };
  return cell.isAlone === true ? [first] : [first, second];
}

function settingsOf(plan: HousePlan): HostSettings {
  const { floor } = plan.cell;
  const limits =
    floor === undefined
      ? FAULT_LIMITS
      : { ...FAULT_LIMITS, minTokensPerSecond: floor.tokensPerSecond, throughputWindowMs: floor.windowMs };
  return {
    routing: {
      strategy: 'local-first',
      privacy: 'any',
      cloudPermission: { origin: 'the matrix' },
      fallbackOrder: [],
      limits,
      failover: { isEnabled: true, maxRetries: 3, failureThreshold: 5, recoveryMs: 300_000, interruptedText: 'stop' },
      healthCheckIntervalMs: 30_000,
      isLocalEnabled: true,
    },
    providers: entriesOf(plan),
    embeddings: { projects: { isEnabled: false }, userProfile: { isEnabled: false } },
  } as unknown as HostSettings;
}

/** A resolver without a network: every name is this machine until it is lost. */
function makeLookup(): { lookup: LookupFunction; lose(): void } {
  const lost = new Set<string>();
  const lookup: LookupFunction = (hostname, options, callback) => {
    if (lost.has(hostname)) {
      const fault = Object.assign(new Error(`getaddrinfo ENOTFOUND ${hostname}`), { code: 'ENOTFOUND', hostname });
      callback(fault, '', 4);
    } else if (options.all === true) callback(null, [{ address: '127.0.0.1', family: 4 }]);
    else callback(null, '127.0.0.1', 4);
  };
  return { lookup, lose: () => void lost.add('primary.internal') };
}

/** Puts the house of one row together; whoever opens it disposes the router. */
export function openMatrixHouse(plan: HousePlan): MatrixHouse {
  const eye = watchBreakers(plan.state ?? createMemoryState());
  const { state } = eye;
  const ledger = new KeptLedger();
  const warnings: string[] = [];
  const names = makeLookup();
  let offsetMs = 0;
  const keep = (message: string): void => void warnings.push(message);
  const router = createModelRouter({
    settings: settingsOf(plan),
    extensions: createExtensionsDouble([
      [PROVIDERS, [plan.client.descriptor]],
      [FILTERS, BUILT_IN_FILTERS],
      [STRATEGIES, BUILT_IN_STRATEGIES],
    ]),
    permits: createPermitOffice(),
    createHttp: (options) => createGuardedHttp({ ...options, lookup: names.lookup }),
    clock: { now: () => Date.now() + offsetMs, monotonic: () => performance.now() },
    log: { debug: () => {}, info: () => {}, warn: keep, error: keep },
    state,
    ledger,
    random: () => 0,
  });
  return {
    router,
    state,
    ledger,
    warnings,
    breakerMark: () => eye.mark(),
    loseName: () => names.lose(),
    stepClock: (byMs) => {
      offsetMs += byMs;
    },
  };
}
