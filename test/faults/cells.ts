import type { Fault } from '../fakes/model-server/faults/fault-kinds.ts';
import type { ReplyScript, Rule } from '../fakes/model-server/protocol.ts';
import { primaryReply } from './answers.ts';
import { HOUSE_CELLS } from './cells/house-cells.ts';
import { LONE_CELLS } from './cells/lone-cells.ts';
import { REFUSAL_CELLS } from './cells/refusal-cells.ts';
import { STREAM_CELLS } from './cells/stream-cells.ts';
import { TRANSPORT_CELLS } from './cells/transport-cells.ts';

/** How the caller asks: for the whole, token by token, or token by token with a tool, which the model then calls. */
export type Mode = 'plain' | 'stream' | 'tools';
export const MODES: readonly Mode[] = ['plain', 'stream', 'tools'];

/** What the servers speak: events of the OpenAI wire, or Ollama's lines. */
export type Wire = 'openai' | 'ollama';

/** A fault that is not in a reply: of the place, or of our own house. */
type FaultPlace = 'refused' | 'unknown-host' | 'returns' | 'state-full' | 'clock-back' | 'suspended';

/** When the caller itself leaves. */
type Leaving = 'before' | 'waiting' | 'loading' | 'output';

/**
 * One way to fail, as data that knows nothing of who is put to it. Two servers can answer: the primary, which is
 * asked first and has the fault, and the fallback, which is well; `answers.ts` says what each says and judges what came.
 */
export interface FaultCell {
  readonly id: string;
  readonly title: string;
  /** Done to the chat replies of the primary. */
  readonly faults?: readonly Fault[];
  /** For so many chat requests; after them the primary answers well. */
  readonly times?: number;
  /** How the primary says what it says, when that matters. */
  readonly manner?: ReplyScript;
  readonly place?: FaultPlace;
  readonly leaving?: Leaving;
  /** Its answer in the mode `tools` has so many calls; one when absent. */
  readonly calls?: number;
  /** There is no fallback. */
  readonly isAlone?: boolean;
  /** The slowest rate that the caller puts up with. */
  readonly floor?: { readonly tokensPerSecond: number; readonly windowMs: number };
  /** All when absent. */
  readonly wires?: readonly Wire[];
  readonly modes?: readonly Mode[];
  /** Why only Wooster can be put to it. */
  readonly notForPeers?: string;
}

const CHAT_PATHS: Readonly<Record<Wire, string>> = { openai: '/v1/chat/completions', ollama: '/api/chat' };

/** Limits of every cell, milliseconds: short, so that the whole matrix is minutes. */
export const FAULT_LIMITS = { connectMs: 150, loadMs: 300, firstTokenMs: 200, idleMs: 120, totalMs: 600 };

/** The whole matrix. */
export const FAULT_CELLS: readonly FaultCell[] = [
  ...TRANSPORT_CELLS,
  ...STREAM_CELLS,
  ...REFUSAL_CELLS,
  ...LONE_CELLS,
  ...HOUSE_CELLS,
];

/** Rules that make a fake server play the primary of a cell; another path of it (its list, its health) stays well. */
export function primaryRules(cell: FaultCell, mode: Mode, wire: Wire): Rule[] {
  const path = CHAT_PATHS[wire];
  const reply = { ...primaryReply(mode), ...cell.manner };
  const good: Rule = { match: { path }, reply };
  if (cell.faults === undefined) return [good];
  const times = cell.times === undefined ? {} : { times: cell.times };
  return [{ match: { path, ...times }, reply, faults: [...cell.faults] }, good];
}

/** The chat requests among those that a server has seen. */
export function isChatPath(path: string): boolean {
  return Object.values(CHAT_PATHS).includes(path);
}
