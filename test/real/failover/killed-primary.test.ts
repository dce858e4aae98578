import { appendFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, jest, test } from '@jest/globals';
import type { RouteTrace } from '../../../src/contracts/routing/decision.ts';
import { readTraces } from '../../cli/support/read-trace.ts';
import { holdKilledChat, type AfterBreak, type AnsweredTurn, type KilledChat } from './killed-chat.ts';
import { KilledHouse } from './killed-house.ts';

jest.setTimeout(300_000);

const reportFile = process.env['WOOSTER_PROOF_REPORT'];
/** Nobody waits for a dead server: what is not the model's own time is our work, on a machine that may be busy. */
const NO_WAIT_MS = 1_500;
/** A repetition as short as this is language, not a repeated piece of the answer. */
const SEAM_CHARACTERS = 16;

let house: KilledHouse;

beforeAll(async () => {
  house = await KilledHouse.open();
}, 180_000);
afterAll(async () => {
  await house?.[Symbol.asyncDispose]();
});

/** How many characters of the end of one text begin the other. */
function overlap(left: string, right: string): number {
  for (let length = Math.min(left.length, right.length); length > 0; length -= 1) {
    if (left.endsWith(right.slice(0, length))) return length;
  }
  return 0;
}

function providersOf({ attempts }: RouteTrace): readonly string[] {
  return attempts.map(({ ref, outcome }) => `${ref.slice(0, ref.indexOf(':'))} ${outcome}`);
}

function traceOf(traces: readonly RouteTrace[], id: string): RouteTrace {
  const found = traces.find(({ decision }) => decision.id === id);
  if (found === undefined) throw new Error(`there is no decision ${id}`);
  return found;
}

/** What passed between the question and the words that was not the model's own time to its first token. */
function overheadMs(turn: AnsweredTurn, traces: readonly RouteTrace[]): number {
  const answered = traceOf(traces, turn.decisionId).attempts.find(({ outcome }) => outcome === 'answered');
  return turn.firstTextMs - (answered?.firstTokenMs ?? 0);
}

function report(chat: KilledChat, traces: readonly RouteTrace[]): void {
  if (reportFile === undefined) return;
  const figures = {
    markMs: chat.markMs,
    resumedMs: chat.resumed?.firstTextMs,
    nextMs: chat.next.firstTextMs,
    nextOverheadMs: overheadMs(chat.next, traces),
    afterReturnMs: chat.afterReturn.firstTextMs,
    afterReturnOverheadMs: overheadMs(chat.afterReturn, traces),
  };
  appendFileSync(reportFile, `${JSON.stringify({ ...chat, figures, versions: house.versions })}\n`);
}

describe.each<AfterBreak>(['stop', 'restart', 'continue'])('a chat whose llama-server is killed, set to %s', (mode) => {
  test('shows the break, goes on without waiting for the dead, and returns when it is back', async () => {
    await using workspace = await house.workspace(mode);
    const chat = await holdKilledChat(house, workspace, mode);
    const traces = await readTraces(workspace, 10);
    report(chat, traces);

    expect(chat.partial.split(/\s+/).length).toBeGreaterThanOrEqual(10);
    expect(chat.screen.split(chat.partial)).toHaveLength(2);
    expect(chat.screen.split(chat.mark)).toHaveLength(2);
    expect(chat.markMs).toBeLessThan(10_000);
    if (chat.resumed !== undefined) {
      expect(chat.resumed.by).toBe('spare');
      if (mode === 'continue') expect(overlap(chat.partial, chat.resumed.text.trim())).toBeLessThan(SEAM_CHARACTERS);
    }

    expect(chat.next.by).toBe('spare');
    const next = traceOf(traces, chat.next.decisionId);
    expect(providersOf(next)).toEqual(['spare answered']);
    expect(overheadMs(chat.next, traces)).toBeLessThan(NO_WAIT_MS);
    expect(Object.values(chat.statesOut)).toContainEqual(expect.stringMatching(/^(open|half-open)$/));

    expect(chat.afterReturn.by).toBe('primary');
    expect(providersOf(traceOf(traces, chat.afterReturn.decisionId))).toEqual(['primary answered']);
  });
});
