import type { CachedReply, CacheKey, ResponseCache } from '../../contracts/cache/response-cache.ts';
import type { Clock, Logger } from '../../contracts/plugins/logger.ts';
import type { AttemptRecord, DecisionRecorder, RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { ExecuteOptions, ReplyCodec, RoutedOperation } from '../../contracts/routing/router.ts';
import type { UsageLedger } from '../../contracts/usage/ledger.ts';
import { makeShortId } from '../short-id.ts';

/** What answering from the cache needs. */
export interface CachedAnswerPorts {
  readonly cache: ResponseCache;
  readonly ledger: UsageLedger;
  readonly recorder: DecisionRecorder;
  readonly clock: Clock;
  readonly log: Logger;
  /** Digest of the weights behind a link, where its server tells it. */
  digestOf(step: RouteStep): string | undefined;
}

/** One decision that may be answered from the cache. */
interface CachedCall<Item> {
  readonly decision: RouteDecision;
  readonly operation: RoutedOperation<Item>;
  readonly options: ExecuteOptions;
  readonly ports: CachedAnswerPorts;
}

/**
 * Answers from the cache where the call is for it and the first link has answered an equal one; else asks, and keeps an
 * answer that ended well under the model that gave it. A call that is not for the cache is asked as it is. No fault of
 * the cache, and nothing that cannot be written down, costs the answer.
 */
export function answerThroughCache<Item, Call extends CachedCall<Item>>(
  call: Call & CachedCall<Item>,
  ask: (call: Call) => AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  const { decision, operation, options, ports } = call;
  const [first] = decision.chain;
  const { codec } = operation;
  if (codec === undefined || first === undefined || options.signal.aborted) return ask(call);
  if (!ports.cache.isFor(options.parameters, options.cache?.mode)) return ask(call);
  const content = contentOf(call, codec);
  return content === undefined ? ask(call) : replay(new CacheTurn(call, { codec, content, first }), call, ask);
}

async function* replay<Item, Call extends CachedCall<Item>>(
  turn: CacheTurn<Item>,
  call: Call,
  ask: (call: Call) => AsyncGenerator<Item>,
): AsyncGenerator<Item> {
  const kept = turn.find();
  if (kept !== undefined) {
    yield* kept;
    return;
  }
  for await (const item of ask({ ...call, options: { ...call.options, onAttempt: turn.onAttempt } })) {
    turn.note(item);
    yield item;
  }
  turn.keep();
}

/** Boundary: a tool of a form that cannot be written down must not cost the answer. */
function contentOf<Item>({ ports }: CachedCall<Item>, codec: ReplyCodec<Item>): unknown {
  try {
    return codec.content();
  } catch (error) {
    ports.log.debug('a call cannot be written down and is not cached', { reason: String(error) });
    return undefined;
  }
}

/** What of a call the cache looks at. */
interface CacheSubject<Item> {
  readonly codec: ReplyCodec<Item>;
  readonly content: unknown;
  readonly first: RouteStep;
}

/** Placeholders belong to one call; an answer that held some must not be given to another. */
function mayBeRedacted({ request }: RouteDecision, { locality }: RouteStep): boolean {
  return locality === 'cloud' && request.inspection?.mustRedact !== false;
}

/** The look-up of one call, and the keeping of its answer. */
class CacheTurn<Item> {
  readonly #call: CachedCall<Item>;
  readonly #subject: CacheSubject<Item>;
  /** Of the current attempt. */
  #items: Item[] = [];
  #last: AttemptRecord | undefined;

  constructor(call: CachedCall<Item>, subject: CacheSubject<Item>) {
    this.#call = call;
    this.#subject = subject;
  }

  readonly onAttempt = (attempt: AttemptRecord): void => {
    if (attempt.outcome === 'running') this.#items = [];
    this.#last = attempt;
    this.#call.options.onAttempt?.(attempt);
  };

  note(item: Item): void {
    this.#items.push(item);
  }

  /** The kept answer of the first link, entered in the accounts; undefined for none. */
  find(): readonly Item[] | undefined {
    const { decision, operation, ports } = this.#call;
    const { codec, first } = this.#subject;
    if (mayBeRedacted(decision, first)) return undefined;
    const startedAt = ports.clock.now();
    const begunAt = ports.clock.monotonic();
    const { step, kept } = this.#lookUp() ?? {};
    const items = kept === undefined ? undefined : this.#without(() => codec.decode(kept.text));
    if (step === undefined || kept === undefined || items === undefined) return undefined;
    for (const item of items) operation.observe?.(item);
    const attempt: AttemptRecord = {
      id: makeShortId(startedAt),
      decisionId: decision.id,
      ordinal: 0,
      ref: step.ref,
      targetId: step.targetId,
      startedAt,
      outcome: 'answered',
      totalMs: ports.clock.monotonic() - begunAt,
      usage: kept.usage,
      costUsd: 0,
      costOrigin: 'cache',
    };
    this.#enter(attempt);
    ports.recorder.recordAttempt(attempt);
    this.#call.options.onAttempt?.(attempt);
    return items;
  }

  /** Keeps what was noted, where the last attempt answered under its own name and its answer can be given again. */
  keep(): void {
    const { decision, ports } = this.#call;
    const { codec } = this.#subject;
    const last = this.#last;
    if (last?.outcome !== 'answered' || last.repliedModel !== undefined) return;
    const step = decision.chain.find(({ targetId, ref }) => targetId === last.targetId && ref === last.ref);
    if (step === undefined || mayBeRedacted(decision, step)) return;
    const text = this.#without(() => codec.encode(this.#items));
    if (text === undefined) return;
    ports.cache.keep(this.#keyOf(step), { text, usage: last.usage, decisionId: decision.id });
  }

  /** What was kept of the first link, or of another endpoint of its model: the call might have gone to any of them. */
  #lookUp(): { readonly step: RouteStep; readonly kept: CachedReply } | undefined {
    const { decision, ports } = this.#call;
    for (const step of decision.chain) {
      if (step.ref !== this.#subject.first.ref) continue;
      const kept = ports.cache.find(this.#keyOf(step));
      if (kept !== undefined) return { step, kept };
    }
    return undefined;
  }

  #keyOf(step: RouteStep): CacheKey {
    const { decision, options, ports } = this.#call;
    const { task, privacy } = decision.request;
    return {
      task,
      // One name may stand for another model at another address.
      content: { target: step.targetId, asked: this.#subject.content },
      ref: step.ref,
      digest: ports.digestOf(step),
      parameters: options.parameters,
      privacy,
      principalId: options.principal.id,
      retrieval: options.cache?.retrieval,
    };
  }

  #enter({ id, ref, targetId, totalMs = 0, usage }: AttemptRecord): void {
    const { decision, operation, options, ports } = this.#call;
    const { task, purpose, project, conversationId, privacy } = decision.request;
    const { locality } = this.#subject.first;
    this.#without(() => {
      const row = ports.ledger.begin({
        attemptId: id,
        decisionId: decision.id,
        principalId: options.principal.id,
        ref,
        targetId,
        locality,
        task,
        purpose,
        project,
        conversationId,
        privacy,
        costUpperBoundUsd: 0,
        prompt: () => operation.texts?.() ?? [],
      });
      ports.ledger.end(row, {
        outcome: 'answered',
        usage,
        costUsd: 0,
        costOrigin: 'cache',
        totalMs,
        answer: () => operation.answer?.() ?? '',
      });
    });
  }

  /** Boundary: the answer is there or will be asked for; what fails beside it is told in the log. */
  #without<T>(work: () => T): T | undefined {
    try {
      return work();
    } catch (error) {
      this.#call.ports.log.warn('the response cache was passed over', { reason: String(error) });
      return undefined;
    }
  }
}
