import { CancelledError, LOCAL_PRINCIPAL } from '../../../src/index.ts';
import type {
  AttemptRecord,
  CachedReply,
  CacheKey,
  ExecuteOptions,
  LedgerAttempt,
  LedgerOutcome,
  ReplyCodec,
  ResponseCache,
  RouteDecision,
  RoutedOperation,
  RouteStep,
} from '../../../src/index.ts';
import { canonicalJson } from '../../../src/cache/cache-key.ts';
import { createMemoryState } from '../../../src/kernel/state/memory-state.ts';
import { answerThroughCache } from '../../../src/routing/execution/cached-answer.ts';
import type { CachedAnswerPorts } from '../../../src/routing/execution/cached-answer.ts';
import { NULL_LEDGER } from '../../../src/routing/null-accounts.ts';
import { CollectedLog } from './rig.ts';

/** The links of every chain that is not told otherwise. */
export const FIRST: RouteStep = { ref: 'a:m', targetId: 'a@host/m', locality: 'local', score: 2 };
export const SECOND: RouteStep = { ref: 'b:m', targetId: 'b@host/m', locality: 'local', score: 1 };
export const USAGE = { inputTokens: 3, outputTokens: 2, isEstimated: false };

/** A cache in memory that keeps whatever it is told. */
class MemoryCache implements ResponseCache {
  readonly keys: CacheKey[] = [];
  readonly #kept = new Map<string, CachedReply>();
  isFor: ResponseCache['isFor'] = ({ temperature }, asked) => asked !== 'off' && temperature === 0;
  find(key: CacheKey) {
    return this.#kept.get(canonicalJson(key));
  }
  keep(key: CacheKey, reply: Omit<CachedReply, 'storedAt'>): void {
    this.keys.push(key);
    this.#kept.set(canonicalJson(key), { ...reply, storedAt: 0 });
  }
  stats = () => ({ entries: this.#kept.size, bytes: 0 });
  clear = () => 0;
}

/** What one question meets. */
export interface Question {
  readonly chain?: readonly RouteStep[];
  readonly request?: Partial<RouteDecision['request']>;
  readonly options?: Partial<ExecuteOptions>;
  readonly operation?: Partial<RoutedOperation<string>>;
  /** What is told of the attempt that ends the asking, after `items` came. */
  readonly ends?: Partial<AttemptRecord>;
  readonly items?: readonly string[];
  /** What an attempt showed that then failed. */
  readonly lost?: readonly string[];
  readonly error?: Error;
  /** The reader leaves when so many items have been read. */
  readonly leaveAfter?: number;
}

/** Asks one house questions, one after another. */
export class House {
  readonly cache = new MemoryCache();
  readonly log = new CollectedLog();
  readonly state = createMemoryState();
  readonly begun: LedgerAttempt[] = [];
  readonly ended: (LedgerOutcome & { text?: string })[] = [];
  ledgerFault: Error | undefined;
  digest: string | undefined;
  asked = 0;
  #decisions = 0;

  async ask(question: Question = {}): Promise<{ items: string[]; told: AttemptRecord[]; error?: unknown; id: string }> {
    const { chain = [FIRST, SECOND], options = {}, operation = {} } = question;
    const id = `d${(this.#decisions += 1)}`;
    const request = {
      task: 'chat',
      needs: {},
      privacy: 'any' as const,
      principal: LOCAL_PRINCIPAL,
      ...question.request,
    };
    const decision = { id, decidedAt: 0, request, strategy: 'local-first', chain, rejected: [] };
    this.state.decisions.recordDecision(decision);
    const told: AttemptRecord[] = [];
    const call = {
      decision,
      operation: { ...operationOf(), ...operation },
      options: {
        parameters: { temperature: 0 },
        principal: LOCAL_PRINCIPAL,
        signal: new AbortController().signal,
        onAttempt: (attempt: AttemptRecord) => void told.push(attempt),
        ...options,
      },
      ports: this.#ports(),
    };
    const items: string[] = [];
    try {
      for await (const item of answerThroughCache(call, (asked) => this.#answer(asked, question))) {
        items.push(item);
        if (items.length === question.leaveAfter) break;
      }
    } catch (error) {
      return { items, told, error, id };
    }
    return { items, told, id };
  }

  async *#answer(
    { decision, options }: { readonly decision: RouteDecision; readonly options: ExecuteOptions },
    { items = ['rain', '.'], lost = [], ends = {}, error }: Question,
  ): AsyncGenerator<string> {
    this.asked += 1;
    if (options.signal.aborted) throw new CancelledError();
    const record = {
      id: 'x',
      decisionId: decision.id,
      ordinal: 0,
      ref: FIRST.ref,
      targetId: FIRST.targetId,
      startedAt: 0,
    };
    for (const item of lost) yield await Promise.resolve(item);
    if (lost.length > 0) options.onAttempt?.({ ...record, outcome: 'failed' });
    options.onAttempt?.({ ...record, outcome: 'running' });
    for (const item of items) yield await Promise.resolve(item);
    options.onAttempt?.({ ...record, outcome: 'answered', usage: USAGE, ...ends });
    if (error !== undefined) throw error;
  }

  #ports(): CachedAnswerPorts {
    return {
      cache: this.cache,
      recorder: this.state.decisions,
      ledger: {
        ...NULL_LEDGER,
        begin: (attempt) => {
          if (this.ledgerFault !== undefined) throw this.ledgerFault;
          this.begun.push(attempt);
          return attempt.attemptId;
        },
        end: (_id, outcome) => void this.ended.push({ ...outcome, text: outcome.answer?.() }),
      },
      clock: { now: () => 0, monotonic: () => 0 },
      log: this.log,
      digestOf: () => this.digest,
    };
  }
}

/** Writes words down as JSON. */
export const CODEC: ReplyCodec<string> = {
  content: () => ['weather?'],
  encode: (items) => JSON.stringify(items),
  decode: (text) => JSON.parse(text) as string[],
};

/** An operation whose items are words. */
function operationOf(): RoutedOperation<string> {
  let answer = '';
  return {
    id: 'chat',
    run: () => {
      throw new Error('asking is up to the test');
    },
    isOutput: () => true,
    observe: (item) => {
      answer += item;
      return {};
    },
    answer: () => answer,
    codec: CODEC,
  };
}
