import type { HealthReport } from '../../../../src/index.ts';
import { createMemoryState } from '../../../../src/kernel/state/memory-state.ts';
import { BreakerBoard } from '../../../../src/routing/targets/breakers/breaker-board.ts';

const SERVERS = ['s@127.0.0.1:1', 'o@127.0.0.1:2'];

/** A board over clocks, timers and looks that a test moves; a look runs until it is finished by hand. */
export class BoardRig {
  readonly looks: string[] = [];
  isConfigured = true;
  readonly #state = createMemoryState();
  readonly #running = new Set<string>();
  readonly #timers = new Set<{ readonly at: number; readonly run: () => void }>();
  readonly #mayLook: boolean;
  #wallMs = 2e12;
  #monotonicMs = 0;
  board: BreakerBoard;

  constructor({ mayLook = true } = {}) {
    this.#mayLook = mayLook;
    this.board = this.#make();
  }

  get timers(): number {
    return this.#timers.size;
  }

  isLooking(serverId: string): boolean {
    return this.#running.has(serverId);
  }

  /** Begins a look, or joins the one that runs. */
  startLook(serverId: string): void {
    this.looks.push(serverId);
    if (this.#running.has(serverId)) return;
    this.#running.add(serverId);
    this.board.lookStarted(serverId);
  }

  finishLook(serverId: string, report: HealthReport): void {
    if (this.#running.delete(serverId)) this.board.lookEnded(serverId, report);
  }

  finishLooks(report: HealthReport): void {
    for (const serverId of SERVERS) this.finishLook(serverId, report);
  }

  /** What a decision does: takes over what others found and begins the looks that are due. */
  decide(): void {
    this.board.refresh();
    for (const serverId of SERVERS) if (this.board.wantsLook(serverId) !== undefined) this.startLook(serverId);
  }

  /** Both clocks; fires the timers they pass. */
  advance(byMs: number): void {
    this.#wallMs += byMs;
    this.#monotonicMs += byMs;
    for (const timer of this.#timers) {
      if (timer.at <= this.#monotonicMs && this.#timers.delete(timer)) timer.run();
    }
  }

  stepWall(byMs: number): void {
    this.#wallMs += byMs;
  }

  /** The process dies in the middle of whatever it does, and another begins over the same state. */
  restart(): void {
    this.#timers.clear();
    this.#running.clear();
    this.board = this.#make();
  }

  #make(): BreakerBoard {
    return new BreakerBoard({
      store: this.#state.breakers,
      clock: { now: () => this.#wallMs, monotonic: () => this.#monotonicMs },
      settings: { failureThreshold: 5, recoveryMs: 300_000, probeIntervalMs: 30_000 },
      schedule: (run, delayMs) => {
        const timer = { at: this.#monotonicMs + delayMs, run };
        this.#timers.add(timer);
        return { dispose: () => void this.#timers.delete(timer) };
      },
      random: () => 0,
      fingerprintOf: () => (this.isConfigured ? 'same' : undefined),
      look: (serverId) => {
        if (this.#mayLook) this.startLook(serverId);
        return this.#mayLook;
      },
    });
  }
}
