import { setTimeout as wait } from 'node:timers/promises';
import { inspect } from 'node:util';
import { HumanMessage } from '@langchain/core/messages';
import type { AIMessageChunk } from '@langchain/core/messages';
import { concat } from '@langchain/core/utils/stream';
import { isWoosterError } from '../../../src/index.ts';
import type { DecisionLog, ModelRouterService, RouteTrace } from '../../../src/index.ts';
import { attemptFaults, overrunsOf } from './attempt-check.ts';
import { TEXT_WISH, TOOL_CALL, TOOL_WISH } from './fault-mix.ts';
import type { LagWatch } from './lag-watch.ts';
import { pick } from './pick.ts';
import { SOAK_LIMITS, SOAK_PROVIDERS, type CallKind, type CallResult } from './soak-plan.ts';

/** What the callers share. */
export interface SoakHouse {
  readonly router: ModelRouterService;
  readonly decisions: DecisionLog;
  readonly lag: LagWatch;
  /** Of the whole process: what hooks itself to it and stays is a leak. */
  readonly lasting: AbortSignal;
}

const KINDS: readonly CallKind[] = ['plain', 'stream', 'tools'];
const ABORTED_SHARE = 0.12;
const LONGEST_ABORT_MS = 250;
const LONGEST_PAUSE_MS = 150;

/** What a late timer of an idle process may take, beside the measured lag. */
const SLACK_MS = 250;

/** The looks of a decision that has nobody to ask. */
const DECIDING_MS = 1_500;

/** The longest wait for servers that limit their callers, each of them once. */
const LIMITED_WAIT_MS = 30_000 * SOAK_PROVIDERS.length;

const TOOL = {
  type: 'function',
  function: {
    name: TOOL_CALL.name,
    description: 'looks something up',
    parameters: { type: 'object', properties: { key: { type: 'string' } }, required: ['key'] },
  },
} as const;

/** What came of an answer before its end, whatever the end was. */
interface Heard {
  text: string;
  message: AIMessageChunk | undefined;
  error: unknown;
}

/** Makes one call of a random kind and compares what came with what had to come. */
export class SoakCaller {
  readonly #house: SoakHouse;
  readonly #name: string;
  readonly #random: () => number;
  #count = 0;

  constructor(house: SoakHouse, name: string, random: () => number) {
    this.#house = house;
    this.#name = name;
    this.#random = random;
  }

  /** Talks until all is over. */
  async talk(isOver: () => boolean, take: (result: CallResult) => void): Promise<void> {
    while (!isOver()) {
      take(await this.call(pick(KINDS, this.#random)));
      await wait(this.#random() * LONGEST_PAUSE_MS);
    }
  }

  async call(kind: CallKind, isPatient = false): Promise<CallResult> {
    const { lasting, lag, decisions } = this.#house;
    const random = this.#random;
    const abort = isPatient || random() >= ABORTED_SHARE ? undefined : new AbortController();
    const timer = abort && setTimeout(() => abort.abort(), random() * LONGEST_ABORT_MS);
    const question = this.#question(kind);
    const lagBefore = lag.totalMs;
    const begun = performance.now();
    let decisionId = '';
    const onDecision = ({ id }: { id: string }): void => void (decisionId = id);
    const heard = await this.#hear({ kind, question, onDecision, signal: abort?.signal ?? lasting });
    const elapsedMs = performance.now() - begun;
    clearTimeout(timer);
    const lagMs = lag.totalMs - lagBefore;
    const trace = decisions.get(decisionId);
    const faults = [
      ...contentFaults(kind, question, heard),
      ...(trace === undefined ? [] : attemptFaults(trace, heard.error)),
      ...(elapsedMs > boundOf(trace) + lagMs + SLACK_MS ? [`took ${Math.round(elapsedMs)} ms`] : []),
      ...limitFaults(trace, lagMs),
    ];
    return {
      kind,
      outcome: outcomeOf(heard, trace),
      elapsedMs,
      attempts: trace?.attempts.length ?? 0,
      overrunsMs: trace === undefined ? [] : overrunsOf(trace),
      faults: faults.map((fault) => `${question.slice(0, 24)} ${kind} ${decisionId}: ${fault}`),
    };
  }

  /** No two words of it are the same, so that a repeated one is seen. */
  #question(kind: CallKind): string {
    this.#count += 1;
    const words = Array.from({ length: 8 + (this.#count % 12) }, (_, at) => `w${at}`);
    return [`${this.#name}-${this.#count}`, kind === 'tools' ? TOOL_WISH : TEXT_WISH, ...words].join(' ');
  }

  async #hear(call: {
    readonly kind: CallKind;
    readonly question: string;
    readonly onDecision: (decision: { id: string }) => void;
    readonly signal: AbortSignal;
  }): Promise<Heard> {
    const { kind, question, onDecision, signal } = call;
    const heard: Heard = { text: '', message: undefined, error: undefined };
    try {
      const model = await this.#house.router.model({ onDecision, conversationId: this.#name });
      const messages = [new HumanMessage(question)];
      if (kind === 'plain') {
        const answer = await model.invoke(messages, { signal });
        heard.message = answer;
        heard.text = answer.text;
        return heard;
      }
      const asked = kind === 'tools' ? model.bindTools!([TOOL]) : model;
      for await (const chunk of await asked.stream(messages, { signal })) {
        heard.message = heard.message === undefined ? chunk : concat(heard.message, chunk);
        heard.text += chunk.text;
      }
    } catch (error) {
      heard.error = error;
    }
    return heard;
  }
}

function outcomeOf({ error }: Heard, trace: RouteTrace | undefined): string {
  if (isWoosterError(error)) return error.code;
  // LangChain ends a call whose signal has aborted by an error of its own.
  if (error instanceof Error) return /abort/i.test(error.name + error.message) ? 'E_CANCELLED' : error.name;
  const last = trace?.attempts.at(-1);
  return last === undefined || last.ref.startsWith(`${SOAK_PROVIDERS[0]}:`) ? 'answered' : 'answered by a stand-in';
}

function contentFaults(kind: CallKind, question: string, { text, message, error }: Heard): string[] {
  if (
    error !== undefined &&
    !isWoosterError(error) &&
    outcomeOf({ text, message, error }, undefined) !== 'E_CANCELLED'
  ) {
    return [`an error of no kind: ${inspect(error)}`];
  }
  if (kind === 'tools') return error === undefined ? toolFaults(message) : [];
  const expected = `You said: ${question}`;
  if (error !== undefined) return expected.startsWith(text) ? [] : [`broke off with other words: ${text}`];
  return text === expected ? [] : [`a whole answer that is not: ${text}`];
}

/** The servers ask for one call, or, where their fault is to repeat it, for the same one twice; ids must differ then. */
function toolFaults(message: AIMessageChunk | undefined): string[] {
  const calls = message?.tool_calls ?? [];
  const broken = message?.invalid_tool_calls ?? [];
  const ids = new Set([...calls, ...broken].map(({ id }) => id));
  if (ids.size === 0 || ids.size > 2 || ids.size !== calls.length + broken.length) {
    return [`${calls.length} tool calls and ${broken.length} broken ones with ${ids.size} ids`];
  }
  const wrong = calls.find(
    ({ name, args }) => name !== TOOL_CALL.name || JSON.stringify(args) !== JSON.stringify(TOOL_CALL.arguments),
  );
  return wrong === undefined ? [] : [`a wrong tool call: ${JSON.stringify(wrong)}`];
}

function boundOf(trace: RouteTrace | undefined): number {
  const links = trace?.decision.chain.length ?? 0;
  const codes = new Set(trace?.attempts.map(({ error }) => error?.code));
  const isLimited = codes.has('E_RATE_LIMITED') || codes.has('E_BUSY');
  const { totalMs, loadMs } = SOAK_LIMITS;
  return DECIDING_MS + links * 2 * (totalMs + loadMs) + (isLimited ? LIMITED_WAIT_MS : 0);
}

function limitFaults(trace: RouteTrace | undefined, lagMs: number): string[] {
  const { totalMs } = SOAK_LIMITS;
  return (trace?.attempts ?? [])
    .filter((attempt) => (attempt.totalMs ?? 0) > totalMs + lagMs + SLACK_MS)
    .map((attempt) => `an attempt took ${Math.round(attempt.totalMs ?? 0)} ms of ${totalMs}`);
}
