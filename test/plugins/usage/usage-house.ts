import type { ActionContext, BudgetCap, CatalogueEntry, LedgerAttempt, LedgerOutcome, Price, Terminal } from 'wooster';
import { LOCAL_PRINCIPAL } from 'wooster';
import { usageAction } from '../../../plugins/usage/usage-action.ts';
import type { UsagePorts } from '../../../plugins/usage/usage-ports.ts';
import { answered, answeredLocally, localAttempt, paidAttempt } from '../../usage/ledger-samples.ts';
import { UsageRig } from '../../usage/usage-rig.ts';

const DAY_MS = 86_400_000;

const perMillion = (unit: Price['unit'], usd: number): Price => ({ unit, quantity: 1_000_000, usd });

const CATALOGUE: readonly CatalogueEntry[] = [
  {
    id: 'cheap',
    matches: ['cheap'],
    source: 'a list of prices',
    date: '2026-02-01',
    prices: [perMillion('input-token', 0.5), perMillion('output-token', 2)],
  },
  { id: 'nameless', matches: ['nameless'], source: 'another', date: '2026-02-01' },
];

/** A workspace with its real ledger, and the action that reads it. */
export class UsageHouse {
  readonly rig = new UsageRig();
  readonly written: string[] = [];
  readonly #accounts;
  readonly #action;

  constructor({ caps = [], providers = [] }: { caps?: BudgetCap[]; providers?: readonly object[] } = {}) {
    this.#accounts = this.rig.open({ caps });
    const settings = { usage: { compareWith: 'cheap' }, providers } as unknown as ReturnType<UsagePorts['settings']>;
    this.#action = usageAction({
      ledger: () => this.#accounts.ledger,
      budget: () => this.#accounts.budget,
      settings: () => settings,
      catalogue: () => CATALOGUE,
      clock: this.rig.clock,
    });
  }

  /** One call so many days ago. */
  call(daysAgo: number, attempt: Partial<LedgerAttempt>, outcome?: Partial<LedgerOutcome>): void {
    const { clock } = this.rig;
    const now = clock.at;
    clock.at = now - daysAgo * DAY_MS;
    const isLocal = attempt.locality === 'local';
    const id = this.#accounts.ledger.begin((isLocal ? localAttempt : paidAttempt)(attempt));
    if (outcome !== undefined) this.#accounts.ledger.end(id, (isLocal ? answeredLocally : answered)(outcome));
    clock.at = now;
  }

  async run(args: Record<string, unknown> = {}): Promise<Record<string, unknown>> {
    const terminal = { write: (text: string) => void this.written.push(text) } as unknown as Terminal;
    const context = { signal: new AbortController().signal, principal: LOCAL_PRINCIPAL, terminal } as ActionContext;
    const result: unknown = await this.#action.run(this.#action.args.parse(args), context);
    return this.#action.result.parse(result) as Record<string, unknown>;
  }

  async show(args: Record<string, unknown> = {}, width = 80, hasColor = false): Promise<string> {
    return this.#action.render!(await this.run(args), { width, hasColor });
  }
}
