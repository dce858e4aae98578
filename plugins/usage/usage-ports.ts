import type { BudgetGuard, CatalogueEntry, Clock, HostSettings, UsageLedger } from 'wooster';

/** What the action reads; each is asked for when it runs. */
export interface UsagePorts {
  ledger(): UsageLedger;
  budget(): BudgetGuard;
  settings(): Pick<HostSettings, 'usage' | 'providers'>;
  catalogue(): readonly CatalogueEntry[];
  readonly clock: Clock;
}
