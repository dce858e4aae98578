import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { InterruptedText } from '../../src/index.ts';
import type { ReplyScript } from '../fakes/model-server/protocol.ts';
import { fallbackReply, primaryReply, wholeAnswers } from './answers.ts';
import { FAULT_CELLS, isChatPath, primaryRules, type FaultCell } from './cells.ts';
import { MATRIX_CLIENTS } from './matrix/matrix-clients.ts';
import { openMatrixHouse } from './matrix/matrix-house.ts';
import { MatrixStage } from './matrix/matrix-stage.ts';
import { askAgent, type TurnSeen } from './turns/agent-turn.ts';

jest.setTimeout(60_000);

const CHAT = '/v1/chat/completions';
/** Tokens of each answer that come before the break. */
const SHOWN = 3;
/** A turn is several calls on LangChain's runtime of agents; the limits of each are held by the matrix, this one only by what hangs. */
const TURN_LIMIT_MS = 3_000;

const report = process.env['WOOSTER_PROOF_REPORT'];
const words = primaryReply('stream').tokens!;
const whole = wholeAnswers('stream');
const beginning = words.slice(0, SHOWN).join('');

const broken = ['cut', 'cut-reset', 'stall', 'end', 'malformed', 'error-data', 'error-data-done', 'error-event'].map(
  (id) => FAULT_CELLS.find((cell) => cell.id === id)!,
);

let stage: MatrixStage;
beforeAll(async () => {
  stage = await MatrixStage.open(MATRIX_CLIENTS.llamacpp);
  // The first turn of a process imports the runtime of agents, which is no part of any cell.
  await turn({ id: 'warm-up', title: 'nothing is wrong' }, { interruptedText: 'stop', later: {} });
  await turn({ id: 'warm-up', title: 'nothing is wrong' }, { hasTools: true, later: primaryReply('stream') });
});
afterAll(() => stage[Symbol.asyncDispose]());

interface TurnPlan {
  readonly hasTools?: boolean;
  readonly interruptedText?: InterruptedText;
  /** What the fallback says; after the result of a tool where there are any. */
  readonly later: ReplyScript;
}

type TurnRow = Omit<TurnSeen, 'elapsedMs'> & { readonly primary: number; readonly fallback: number };

/** One turn of the agent whose first model call breaks off in the way of the cell. */
async function turn(cell: FaultCell, plan: TurnPlan): Promise<TurnRow & { elapsedMs: number }> {
  const { hasTools = false, interruptedText = 'stop', later } = plan;
  const mode = hasTools ? 'tools' : 'stream';
  await stage.reset(mode);
  const house = openMatrixHouse({ cell, client: stage.client, urls: stage.urls });
  try {
    await house.router.refresh(new AbortController().signal);
    const afterTool = { match: { path: CHAT, bodyIncludes: 'It rains.' }, reply: later };
    await stage.primary.script([afterTool, ...primaryRules(cell, mode, 'openai')]);
    await stage.fallback.script(hasTools ? [afterTool] : [{ match: { path: CHAT }, reply: later }]);
    await Promise.all([stage.primary.forget(), stage.fallback.forget()]);
    const seen = await askAgent(house, { hasTools, interruptedText });
    const [primary, fallback] = await Promise.all(
      [stage.primary, stage.fallback].map(async (server) => {
        const requests = await server.requests(300);
        return requests.filter(({ path }) => isChatPath(path)).length;
      }),
    );
    return { ...seen, primary: primary!, fallback: fallback! };
  } finally {
    await house.router.dispose();
  }
}

/** Compares, and writes the row of the report. */
async function expectTurn(cell: FaultCell, plan: TurnPlan & { title: string }, expected: TurnRow): Promise<void> {
  const { elapsedMs, ...seen } = await turn(cell, plan);
  if (report !== undefined) {
    const line = { kind: 'turn', title: cell.title, turn: plan.title, expected, seen, elapsedMs };
    appendFileSync(report, `${JSON.stringify(line)}\n`);
  }
  expect(seen).toEqual(expected);
  expect(elapsedMs).toBeLessThanOrEqual(TURN_LIMIT_MS);
}

describe('a turn of the agent whose model breaks off:', () => {
  test.each(broken)('$title: stops there and says so', (cell) =>
    expectTurn(
      cell,
      { title: 'text, stop', interruptedText: 'stop', later: fallbackReply('stream') },
      { read: beginning, resumed: [], end: 'interrupted E_INTERRUPTED', ran: [], primary: 1, fallback: 0 },
    ),
  );

  test.each(broken)('$title: is asked anew when that is set, and only the new answer counts', (cell) =>
    expectTurn(
      cell,
      { title: 'text, restart', interruptedText: 'restart', later: fallbackReply('stream') },
      {
        read: whole.fallback,
        resumed: ['restarted by fallback:m'],
        end: 'finished',
        ran: [],
        primary: 1,
        fallback: 1,
      },
    ),
  );

  test.each(broken)('$title: is carried on when that is set, with no word twice', (cell) =>
    expectTurn(
      cell,
      // It repeats the last three words, as it is told to.
      { title: 'text, continue', interruptedText: 'continue', later: { tokens: words.slice(SHOWN - 3) } },
      { read: whole.primary, resumed: ['continued by fallback:m'], end: 'finished', ran: [], primary: 1, fallback: 1 },
    ),
  );

  const inCall = [...broken, FAULT_CELLS.find(({ id }) => id === 'tool-arguments')!];
  test.each(inCall)('$title: in the call of a tool is asked anew, and the tool runs once', (cell) =>
    expectTurn(
      cell,
      { title: 'tools', hasTools: true, later: fallbackReply('stream') },
      {
        read: whole.fallback,
        resumed: ['restarted by fallback:m'],
        end: 'finished',
        ran: ['f-Übersee-🦊-1-2-3'],
        primary: 1,
        fallback: 2,
      },
    ),
  );
});
