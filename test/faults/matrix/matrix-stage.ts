import type { AttemptRecord } from '../../../src/index.ts';
import { startFakeModelServer, type FakeModelServer } from '../../fakes/fake-model-server.ts';
import type { FakeServerOptions, RequestRecord } from '../../fakes/model-server/protocol.ts';
import { fallbackReply, judge } from '../answers.ts';
import { isChatPath, primaryRules, type FaultCell, type Mode } from '../cells.ts';
import { ask, type Heard } from './ask.ts';
import type { MatrixClient } from './matrix-clients.ts';
import { openMatrixHouse, type MatrixHouse } from './matrix-house.ts';
import type { MatrixRow } from './matrix-row.ts';

const LIFE_LIMIT_MS = 15 * 60_000;
/** How long a socket may stay open after its call has ended. */
const CLOSING_MS = 300;

/** What a play hands over to be judged. */
export interface Played {
  readonly house: MatrixHouse;
  /** The call that counts, the last one. */
  readonly heard: Heard;
  readonly elapsedMs?: number;
  readonly note?: string;
}

/** Two servers, of which the first is asked first and fails; each row begins with both as new. */
export class MatrixStage implements AsyncDisposable {
  readonly client: MatrixClient;
  readonly primary: FakeModelServer;
  readonly fallback: FakeModelServer;

  private constructor(client: MatrixClient, servers: readonly [FakeModelServer, FakeModelServer]) {
    this.client = client;
    [this.primary, this.fallback] = servers;
  }

  static async open(client: MatrixClient): Promise<MatrixStage> {
    const options = { dialect: client.dialect, lifeLimitMs: LIFE_LIMIT_MS };
    const servers = await Promise.all([startFakeModelServer(options), startFakeModelServer(options)]);
    return new MatrixStage(client, servers);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all([this.primary.stop(), this.fallback.stop()]);
  }

  get urls(): { primary: string; fallback: string } {
    return { primary: this.primary.url, fallback: this.fallback.url };
  }

  /** Plays one cell in one mode: the router has looked at both servers while they were well, then the fault begins. */
  async play(cell: FaultCell, mode: Mode): Promise<MatrixRow> {
    await this.reset(mode);
    const house = openMatrixHouse({ cell, client: this.client, urls: this.urls });
    try {
      await house.router.refresh(new AbortController().signal);
      await this.#begin(cell, mode, house);
      const heard = await ask(house.router, mode, cell.leaving);
      return await this.judge(cell, mode, { house, heard });
    } finally {
      await house.router.dispose();
    }
  }

  /** Both servers as new and well. The fallback has the larger window. */
  async reset(mode: Mode): Promise<void> {
    const { dialect } = this.client;
    const model = { id: 'm', capabilities: ['completion' as const, 'tools' as const] };
    const options: FakeServerOptions = { dialect, models: [{ ...model, contextLength: 4_096 }] };
    await this.primary.reset(options);
    await this.fallback.reset({ dialect, models: [{ ...model, contextLength: 16_384 }], reply: fallbackReply(mode) });
  }

  /** All that is asked of one row, whoever played it. */
  async judge(cell: FaultCell, mode: Mode, played: Played): Promise<MatrixRow> {
    const { house, heard, note } = played;
    const [atPrimary, atFallback] = await Promise.all([
      this.primary.requests(CLOSING_MS),
      this.fallback.requests(CLOSING_MS),
    ]);
    const traces = house.state.decisions.list({ limit: 50 }).toReversed();
    const attempts = traces.flatMap((trace) => trace.attempts.toSorted((one, two) => one.ordinal - two.ordinal));
    return {
      client: this.client.id,
      cell: cell.id,
      mode,
      seen: {
        verdict: judge(mode, heard, cell.calls),
        code: heard.code,
        attempts: attempts.map(({ outcome, error }) => (error === undefined ? outcome : `${outcome} ${error.code}`)),
        primary: countChats(atPrimary),
        fallback: countChats(atFallback),
        breaker: house.breakerMark(),
      },
      elapsedMs: played.elapsedMs ?? heard.elapsedMs,
      faults: [
        ...traces.flatMap((trace) => recordFaults(trace.attempts)),
        ...ledgerFaults(house, attempts),
        ...openSockets([...atPrimary, ...atFallback]),
        ...(new Set(heard.toolIds).size < heard.toolIds.length ? ['two tool calls share an id'] : []),
      ],
      note: note ?? repliedModels(attempts),
    };
  }

  async #begin(cell: FaultCell, mode: Mode, house: MatrixHouse): Promise<void> {
    await this.primary.script(primaryRules(cell, mode, this.client.wire));
    if (cell.place === 'refused' || cell.place === 'unknown-host') await this.primary.refuse();
    if (cell.place === 'unknown-host') {
      // It listens again, but the kept connections are gone, so that its name is looked up.
      house.loseName();
      await this.primary.listen();
    }
    await Promise.all([this.primary.forget(), this.fallback.forget()]);
  }
}

function countChats(records: readonly RequestRecord[]): number {
  return records.filter(({ path }) => isChatPath(path)).length;
}

/** Each attempt has one finished record, and they are numbered as they came. */
function recordFaults(attempts: readonly AttemptRecord[]): string[] {
  const ordinals = attempts.map(({ ordinal }) => ordinal).toSorted((one, two) => one - two);
  const answered = attempts.filter(({ outcome }) => outcome === 'answered').length;
  return [
    ...(ordinals.some((ordinal, at) => ordinal !== at) ? [`attempts are numbered ${ordinals.join()}`] : []),
    ...(attempts.some(({ outcome }) => outcome === 'running') ? ['an attempt has no end'] : []),
    ...(answered > 1 ? ['two attempts answered one call'] : []),
    ...attempts.filter(({ outcome, usage }) => outcome === 'answered' && usage === undefined).map(() => 'no usage'),
  ];
}

/** One entry for each attempt, ended once, as its record says. */
function ledgerFaults({ ledger }: MatrixHouse, attempts: readonly AttemptRecord[]): string[] {
  const told = (id: string): string =>
    ledger.ended
      .filter((end) => end.id === id)
      .map(({ outcome }) => outcome)
      .join();
  const wrong = attempts.filter(({ id, outcome }) => told(id) !== outcome);
  return [
    ...(ledger.begun.length === attempts.length ? [] : [`${ledger.begun.length} ledger rows of ${attempts.length}`]),
    ...wrong.map(({ id, outcome }) => `the ledger says "${told(id)}" of an attempt that ${outcome}`),
  ];
}

function openSockets(records: readonly RequestRecord[]): string[] {
  return records.filter(({ outcome }) => outcome === 'open').map(({ path }) => `a request to ${path} stays open`);
}

function repliedModels(attempts: readonly AttemptRecord[]): string | undefined {
  const names = attempts.flatMap(({ repliedModel }) => repliedModel ?? []);
  return names.length === 0 ? undefined : `recorded: the reply came from ${names.join(', ')}`;
}
