import { createProcessTable, type ProcessMark, type ProcessTable } from './process/process-table.ts';
import { ServerHold } from './record/server-hold.ts';
import { ServerRecords } from './record/server-records.ts';
import type { ServerSupervisionOptions, StartableServer } from './server-supervision.ts';
import { planStart } from './start-plan.ts';
import { SupervisedServer } from './supervised-server.ts';
import { sweepStale } from './sweep-stale.ts';

/** What a supervisor is made from. */
interface SupervisorOptions extends ServerSupervisionOptions {
  /** `<workspace>/.wooster/servers`. */
  readonly recordsDirectory: string;
}

/** The servers that this process may start, and what other processes have written of theirs. */
export class Supervisor {
  readonly records: ServerRecords;
  readonly table: ProcessTable = createProcessTable();
  readonly #options: SupervisorOptions;
  readonly #servers = new Map<StartableServer, SupervisedServer>();
  #self: Promise<ProcessMark> | undefined;
  #sweep: Promise<unknown> | undefined;

  constructor(options: SupervisorOptions) {
    this.#options = options;
    this.records = new ServerRecords(options.recordsDirectory);
  }

  /** The one server of a provider. */
  serverOf(startable: StartableServer): SupervisedServer {
    const made = this.#servers.get(startable) ?? this.#make(startable);
    this.#servers.set(startable, made);
    return made;
  }

  /** To end a server that a record names and no provider any more. */
  holdOf(id: string): ServerHold {
    const { records, table } = this;
    const probe = (): Promise<never> => Promise.reject(new Error(`${id} has no provider`));
    return new ServerHold({ id, records, table, clock: this.#options.clock, self: () => this.#findSelf(), probe });
  }

  /** Ends what is left behind by processes that were killed; once, with the first start or the first list. */
  async sweep(): Promise<void> {
    const { clock, log } = this.#options;
    const isHeld = (id: string): boolean =>
      [...this.#servers.values()].some((server) => server.id === id && server.state().kind !== 'stopped');
    this.#sweep ??= sweepStale({ records: this.records, table: this.table, now: () => clock.now(), isHeld }).then(
      (ids) => ids.length > 0 && log.info('ended servers that nobody used', { servers: ids }),
      (error: unknown) => log.warn('servers that nobody uses could not be looked for', { reason: String(error) }),
    );
    await this.#sweep;
  }

  async release(startable: StartableServer): Promise<void> {
    const server = this.#servers.get(startable);
    this.#servers.delete(startable);
    await server?.release();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#servers.keys()].map((startable) => this.release(startable)));
  }

  #make(startable: StartableServer): SupervisedServer {
    const { clock, log, workspace, loadMs } = this.#options;
    const { id, entry, preset, provider, calls } = startable;
    const server = new SupervisedServer({
      id,
      address: provider.address ?? '',
      plan: () => planStart({ id, entry, preset, workspace, loadMs }),
      probe: (signal) => provider.probe(signal),
      self: () => (this.#self ??= this.#findSelf()),
      records: this.records,
      table: this.table,
      calls,
      clock,
      log,
    });
    server.onChange(({ kind }) => {
      if (kind === 'starting') void this.sweep();
    });
    return server;
  }

  async #findSelf(): Promise<ProcessMark> {
    const row = await this.table.find(process.pid);
    return { pid: process.pid, startedAt: row?.startedAt ?? 'unknown' };
  }
}
