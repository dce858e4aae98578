import { fallbackReply, WEATHER_TOOL } from '../../../test/faults/answers.ts';
import { primaryRules, type FaultCell, type Mode } from '../../../test/faults/cells.ts';
import { startFakeModelServer, type FakeModelServer } from '../../../test/fakes/fake-model-server.ts';
import type { FakeServerOptions } from '../../../test/fakes/model-server/protocol.ts';
import type { Contestant } from './contestants.ts';
import { LineChild } from './line-child.ts';
import type { CallRequest, Sight } from './protocol.ts';
import { judgeCase, type CaseVerdict } from './verdict.ts';

const LIFE_LIMIT_MS = 1_800_000;
/** The control, and the first call of every process: nothing is wrong. */
export const WELL: FaultCell = { id: 'well', title: 'nothing is wrong' };
const SERVER: FakeServerOptions = { dialect: 'openai', models: ['smol'], lifeLimitMs: LIFE_LIMIT_MS };

let lastStart: Promise<unknown> = Promise.resolve();

/** One start at a time in the whole bench: many at once pass their limits on a small machine. */
function inTurn<T>(start: () => Promise<T>): Promise<T> {
  const next = lastStart.then(start);
  lastStart = next.catch(() => undefined);
  return next;
}

/** One cell in one mode. */
export interface Case {
  readonly cell: FaultCell;
  readonly mode: Mode;
}

/** What became of a case; `problem` when its process failed. */
export interface CaseResult extends Case {
  readonly contestant: Contestant;
  readonly verdict?: CaseVerdict;
  readonly problem?: string;
}

/** One contestant's process with two servers of its own, so that several lanes run side by side. */
class Lane {
  readonly #contestant: Contestant;
  readonly #limitMs: number;
  readonly #primary: FakeModelServer;
  readonly #fallback: FakeModelServer;
  #child: LineChild | undefined;
  /** It has answered once when nothing was wrong. */
  hasAnswered = false;
  readonly left = new Set<string>();

  constructor(contestant: Contestant, limitMs: number, servers: readonly [FakeModelServer, FakeModelServer]) {
    this.#contestant = contestant;
    this.#limitMs = limitMs;
    [this.#primary, this.#fallback] = servers;
  }

  async judge({ cell, mode }: Case): Promise<CaseVerdict> {
    const sight = await this.#see({ cell, mode });
    return judgeCase(cell, mode, sight);
  }

  async stop(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    await child?.stop();
    for (const address of child?.left ?? []) this.left.add(address);
  }

  /** Both servers are well while the contestant gets ready, and the primary has its fault from then on. */
  async #see({ cell, mode }: Case): Promise<Sight> {
    const child = this.#child ?? (await inTurn(() => this.#start()));
    await this.#place(child, WELL, mode);
    await this.#primary.script(primaryRules(cell, mode, 'openai'));
    const { leaving, floor } = cell;
    const request: CallRequest = {
      kind: 'call',
      mode,
      limitMs: this.#limitMs,
      tool: WEATHER_TOOL,
      leaving,
      floor,
    };
    if (cell.place === 'refused' || cell.place === 'returns') await this.#primary.refuse();
    if (cell.place !== 'returns') return child.call(request);
    await child.call(request);
    await this.#primary.listen();
    return child.call(request);
  }

  async #place(child: LineChild, cell: FaultCell, mode: Mode): Promise<void> {
    await this.#primary.listen();
    await this.#primary.reset({ ...SERVER, rules: primaryRules(cell, mode, 'openai') });
    await this.#fallback.reset({ ...SERVER, reply: fallbackReply(mode) });
    await child.prepare({ kind: 'prepare', primary: this.#primary.url, fallback: this.#fallback.url });
  }

  /** A process whose code is loaded: it has answered once in each way. */
  async #start(): Promise<LineChild> {
    const { start, title } = this.#contestant;
    if ('reason' in start) throw new Error(start.reason);
    const child = new LineChild(start);
    try {
      await this.#warm(child);
    } catch (error) {
      await child.stop();
      throw new Error(`${title} does not answer: ${(error as Error).message}`, { cause: error });
    }
    this.#child = child;
    this.hasAnswered = true;
    return child;
  }

  async #warm(child: LineChild): Promise<void> {
    for (const mode of ['plain', 'stream', 'tools'] as const) {
      await this.#place(child, WELL, mode);
      const sight = await child.call({ kind: 'call', mode, limitMs: 30_000, tool: WEATHER_TOOL });
      const { text } = judgeCase(WELL, mode, sight);
      if (text !== 'primary' && text !== 'fallback')
        throw new Error(`${mode}: ${text} ${sight.failure?.message ?? ''}`);
    }
  }
}

/** What a lane works through, shared with other lanes of the same contestant. */
export interface LaneWork {
  readonly contestant: Contestant;
  readonly cases: Case[];
  readonly limitMs: number;
  readonly onResult: (result: CaseResult) => void;
}

/** Takes cases until none is left; resolves to the addresses outside the loopback that were tried. */
export async function runLane({ contestant, cases, limitMs, onResult }: LaneWork): Promise<ReadonlySet<string>> {
  await using primary = await inTurn(() => startFakeModelServer(SERVER));
  await using fallback = await inTurn(() => startFakeModelServer(SERVER));
  const lane = new Lane(contestant, limitMs, [primary, fallback]);
  for (let next = cases.shift(); next !== undefined; next = cases.shift()) {
    try {
      onResult({ ...next, contestant, verdict: await lane.judge(next) });
    } catch (error) {
      const { message: problem } = error as Error;
      await lane.stop();
      // Who cannot answer when nothing is wrong is asked no more.
      const others = lane.hasAnswered ? [] : cases.splice(0);
      for (const each of [next, ...others]) onResult({ ...each, contestant, problem });
    }
  }
  await lane.stop();
  return lane.left;
}
