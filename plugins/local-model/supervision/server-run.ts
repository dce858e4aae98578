import { InternalError, isWoosterError, type Clock, type HealthReport, type WoosterError } from 'wooster';
import { awaitWell } from './await-well.ts';
import { MemoryWatch } from './process/memory-watch.ts';
import type { ProcessTable } from './process/process-table.ts';
import type { Seat, ServerHold } from './record/server-hold.ts';
import type { StartPlan } from './start-plan.ts';
import type { ServerEvent } from './state/server-state.ts';

/** What one run of a server needs. */
interface ServerRunOptions {
  readonly id: string;
  readonly hold: ServerHold;
  /** ConfigError for what can never be started. */
  readonly plan: () => StartPlan;
  readonly isKept: boolean;
  readonly probe: (signal: AbortSignal) => Promise<HealthReport>;
  readonly calls: { readonly count: number };
  readonly table: ProcessTable;
  readonly clock: Clock;
  /** Told what happens; `refused`, `found` of somebody else's and `ended` are the last. */
  readonly tell: (event: ServerEvent) => void;
}

type OurSeat = Exclude<Seat, { kind: 'foreign' }>;

/** A fault of a start, as a contract error. */
export function startFault(error: unknown, id: string): WoosterError {
  if (isWoosterError(error)) return error;
  return new InternalError(`${id} could not be started: ${String(error)}`, { cause: error });
}

/** One run of a server: from the look at its address, by its start where nothing is there, until it is gone. */
export class ServerRun {
  /** Resolves when it is known whether it ran already. */
  readonly settled: Promise<void>;
  readonly #options: ServerRunOptions;
  readonly #waiting = new AbortController();
  readonly #taking: Promise<Seat | undefined>;
  #settle = (): void => undefined;
  #detail: string | undefined;
  #memory: MemoryWatch | undefined;
  #onExit: (() => void) | undefined;
  #isLeft = false;

  constructor(options: ServerRunOptions) {
    this.#options = options;
    this.settled = new Promise((resolve) => {
      this.#settle = resolve;
    });
    this.#taking = this.#take();
    void this.#live().finally(this.#settle);
  }

  /** What it says of itself while it starts. */
  get detail(): string | undefined {
    return this.#detail;
  }

  /** Ends its processes, whoever started them; somebody else's server stays. Its `ended` tells that it is done. */
  async end(reason: string, isAsked: boolean): Promise<void> {
    this.#waiting.abort();
    const seat = await this.#taking;
    if (seat !== undefined && seat.kind !== 'foreign') await this.#options.hold.end(reason, isAsked);
  }

  /** This process uses it no more: resolves when it is gone, or stays for those who still use it. Tells nothing more. */
  async leave(): Promise<void> {
    this.#isLeft = true;
    this.#waiting.abort();
    this.#memory?.dispose();
    const seat = await this.#taking;
    this.#forgetExit();
    if (seat === undefined || seat.kind === 'foreign') return;
    const { hold } = this.#options;
    // Another process that holds the lock too long does not keep ours alive.
    await hold.leave().catch(() => seat.kind === 'own' && hold.killNow(seat.mark.pid));
  }

  async #take(): Promise<Seat | undefined> {
    const { hold, plan, isKept, id } = this.#options;
    // Not before whoever made this run knows it.
    await Promise.resolve();
    try {
      return await hold.take(plan(), { isKept, signal: this.#waiting.signal });
    } catch (error) {
      this.#tell({ kind: 'refused', fault: startFault(error, id) });
      return undefined;
    }
  }

  async #live(): Promise<void> {
    const seat = await this.#taking;
    if (seat === undefined) return;
    if (seat.kind === 'foreign') {
      this.#tell({ kind: 'found', isOurs: false });
      return;
    }
    void this.#watch(seat);
    if (seat.kind === 'own') this.#settle();
    await this.#untilWell(seat);
  }

  async #untilWell(seat: OurSeat): Promise<void> {
    const { plan, clock, probe } = this.#options;
    const { readyMs } = plan();
    const outcome = await awaitWell({
      clock,
      probe,
      limitMs: readyMs,
      signal: this.#waiting.signal,
      onLook: (detail) => {
        this.#detail = detail;
        this.#settle();
      },
    });
    if (outcome === 'left') return;
    if (outcome === 'overdue') {
      this.#tell({ kind: 'overdue', reason: `was not ready within ${Math.round(readyMs / 1_000)} s` });
      return;
    }
    this.#tell(seat.kind === 'own' ? { kind: 'healthy' } : { kind: 'found', isOurs: true });
    this.#watchMemory(seat.mark.pid);
  }

  /** Tells of its end, whoever ended it. */
  async #watch(seat: OurSeat): Promise<void> {
    const { hold } = this.#options;
    const { pid } = seat.mark;
    if (seat.kind === 'own') {
      this.#onExit = () => hold.killNow(pid);
      process.on('exit', this.#onExit);
    }
    const reason = await seat.gone;
    this.#waiting.abort();
    this.#memory?.dispose();
    this.#forgetExit();
    if (this.#isLeft) return;
    // A record that cannot be written does not change that it has ended.
    const isAsked = await hold.settle(pid, reason).catch(() => false);
    this.#tell({ kind: 'ended', reason, isAsked });
  }

  #watchMemory(pid: number): void {
    const { plan, table, clock, calls, hold } = this.#options;
    const { maxMemoryMiB } = plan();
    if (maxMemoryMiB === undefined || this.#isLeft) return;
    this.#memory = new MemoryWatch({
      table,
      clock,
      calls,
      pid,
      maxMemoryMiB,
      isResponsible: () => hold.isResponsible(),
      onOutgrown: (reason) => this.#tell({ kind: 'outgrown', reason }),
    });
  }

  #tell(event: ServerEvent): void {
    if (!this.#isLeft) this.#options.tell(event);
  }

  #forgetExit(): void {
    if (this.#onExit !== undefined) process.off('exit', this.#onExit);
    this.#onExit = undefined;
  }
}
