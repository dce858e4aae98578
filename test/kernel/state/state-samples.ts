import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LOCAL_PRINCIPAL } from '../../../src/index.ts';
import type { AttemptRecord, RouteDecision } from '../../../src/index.ts';
import { openState } from '../../../src/kernel/state/open-state.ts';

export function sampleDecision(id: string, change: Partial<RouteDecision> = {}): RouteDecision {
  return {
    id,
    decidedAt: 1_000,
    request: { task: 'chat', needs: { contextTokens: 300 }, privacy: 'any', principal: LOCAL_PRINCIPAL },
    strategy: 'local-first',
    chain: [{ ref: 'a:m', targetId: 'a@127.0.0.1:1/m', locality: 'local', score: 7 }],
    rejected: [{ ref: 'b:m', targetId: 'b@127.0.0.1:2/m', reasons: [{ filter: 'health', text: 'down' }] }],
    ...change,
  };
}

export function sampleAttempt(decisionId: string, change: Partial<AttemptRecord> = {}): AttemptRecord {
  return {
    id: `${decisionId}-0`,
    decisionId,
    ordinal: 0,
    ref: 'a:m',
    targetId: 'a@127.0.0.1:1/m',
    startedAt: 1_000,
    outcome: 'running',
    ...change,
  };
}

/** A folder of its own and states opened in it; `remove` closes them all. */
export function temporaryState() {
  const root = mkdtempSync(join(tmpdir(), 'wooster-state-'));
  const directory = join(root, '.wooster');
  const warnings: string[] = [];
  const opened: { dispose(): void | Promise<void> }[] = [];
  let offsetMs = 0;
  const open = () => {
    const clock = { monotonic: () => performance.now() + offsetMs };
    const state = openState({ directory, clock, log: { warn: (message) => void warnings.push(message) } });
    opened.push(state);
    return state;
  };
  const remove = async () => {
    for (const state of opened) await state.dispose();
    rmSync(root, { recursive: true, force: true });
  };
  return { root, directory, warnings, open, remove, advance: (byMs: number) => (offsetMs += byMs) };
}
