import type { Prepare, WorkspaceDatabase } from '../../contracts/state/workspace-database.ts';
import { endCall, findOpen, type CallEnd } from './rows/call-rows.ts';
import type { ProcessOwner } from './process-owner.ts';

const OWNERS = 'SELECT DISTINCT owner FROM calls WHERE outcome IS NULL';
const ROWS = 'SELECT id, locality FROM calls WHERE outcome IS NULL AND owner = ?';

interface LeftRow {
  readonly id: number;
  readonly locality: string;
}

/** Nobody can tell what was charged, so all that could be is; a model of this machine costs nothing. */
function endOf(locality: string, bound: number | undefined): CallEnd {
  const isLocal = locality === 'local';
  const cost = isLocal ? 0 : bound;
  return {
    outcome: 'interrupted',
    errorCode: 'E_INTERRUPTED',
    inputTokens: undefined,
    outputTokens: undefined,
    cachedInputTokens: undefined,
    cacheWriteTokens: undefined,
    isEstimated: undefined,
    isCounted: undefined,
    cost,
    costOrigin: isLocal ? 'local' : cost === undefined ? 'unknown' : 'bound',
    pricesAsOf: undefined,
    firstTokenMs: undefined,
    totalMs: undefined,
    answer: undefined,
    isAbandoned: true,
  };
}

function settleOwner(prepare: Prepare, owner: string): number {
  const rows = prepare(ROWS).all(owner) as LeftRow[];
  for (const { id, locality } of rows) {
    const call = findOpen(prepare, id);
    if (call !== undefined) endCall(prepare, id, { call, end: endOf(locality, call.bound) });
  }
  return rows.length;
}

/**
 * Settles at their bounds the calls that dead processes have left open; how many. Money that was reserved is then spent,
 * so no cap is passed by it, and should the process live after all, its own figure replaces the bound.
 */
export function settleAbandonedCalls(database: WorkspaceDatabase, owner: ProcessOwner): number {
  const owners = database.read((prepare) => prepare(OWNERS).all() as { owner: string }[]) ?? [];
  const dead = owners.map((each) => each.owner).filter((id) => id !== owner.id && !owner.isRunning(id));
  if (dead.length === 0) return 0;
  return database.transact((prepare) => dead.reduce((count, id) => count + settleOwner(prepare, id), 0));
}
