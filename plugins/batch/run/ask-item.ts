import {
  generateReply,
  InterruptedStreamError,
  MalformedReplyError,
  type Agent,
  type AgentReply,
  type CacheMode,
  type Clock,
  type DecisionLog,
  type ModelRouterService,
  type PlainMessage,
  type Principal,
  type PrivacyClass,
} from 'wooster';
import type { BatchItem } from '../items/batch-item.ts';
import type { AnswerLine } from '../output/batch-line.ts';

/** What the batch is made of; each is read when something is asked. */
export interface BatchPorts {
  readonly router: () => ModelRouterService;
  readonly agent: () => Agent;
  readonly decisions: () => DecisionLog;
  readonly clock: Clock;
}

/** What holds for every item of a batch. */
interface BatchWishes {
  readonly principal: Principal;
  readonly privacy?: PrivacyClass;
  /** Items are answered from its documents. */
  readonly project?: string;
  readonly cache?: CacheMode;
}

/** An answer without its place in the batch. */
export type ItemAnswer = Omit<AnswerLine, 'index' | 'id' | 'item' | 'equalTo'>;

/** Asks one item. Throws what the router or the agent throws. */
export function askItem(
  ports: BatchPorts,
  wishes: BatchWishes,
  asked: { readonly item: BatchItem; readonly signal: AbortSignal },
): Promise<ItemAnswer> {
  return wishes.project === undefined ? askModel(ports, wishes, asked) : askAgent(ports, wishes, asked);
}

type Asked = Parameters<typeof askItem>[2];

async function askModel(ports: BatchPorts, wishes: BatchWishes, { item, signal }: Asked): Promise<ItemAnswer> {
  const { prompt, system, model, temperature, maxTokens } = item;
  const { principal, privacy, cache } = wishes;
  const messages: PlainMessage[] = [
    ...(system === undefined ? [] : [{ role: 'system' as const, content: system }]),
    { role: 'user', content: prompt },
  ];
  const request = {
    messages,
    parameters: { temperature, maxTokens },
    pinned: model,
    cache: { mode: cache },
    principal,
    privacy,
    signal,
  };
  const { content, tokens, ...reply } = await generateReply(ports.router(), request, ports.clock);
  return {
    answer: content,
    model: `${reply.provider}:${reply.model}`,
    tokens: { input: tokens.input, output: tokens.output, isEstimated: tokens.isEstimated },
    ...accountsOf(ports, reply.decisionId),
    finishReason: reply.finishReason,
    milliseconds: reply.milliseconds,
    decisionId: reply.decisionId,
  };
}

async function askAgent(ports: BatchPorts, wishes: BatchWishes, { item, signal }: Asked): Promise<ItemAnswer> {
  const { prompt, system, model, temperature, maxTokens } = item;
  const { HumanMessage, SystemMessage } = await import('@langchain/core/messages');
  const events = ports.agent().run({
    ...wishes,
    messages: [...(system === undefined ? [] : [new SystemMessage(system)]), new HumanMessage(prompt)],
    parameters: { temperature, maxTokens },
    pinned: model,
    tools: 'none',
    approvals: () => Promise.resolve(false),
    signal,
  });
  let reply: AgentReply | undefined;
  for await (const event of events) {
    if (event.kind === 'interrupted') throw new InterruptedStreamError(event.message);
    if (event.kind === 'finished') ({ reply } = event);
  }
  if (reply === undefined) throw new MalformedReplyError('the turn ended without an answer: ask again');
  const { usage, citations } = reply;
  return {
    answer: reply.text,
    model: reply.ref,
    tokens: { input: usage.inputTokens, output: usage.outputTokens, isEstimated: usage.isEstimated },
    ...accountsOf(ports, reply.decisionId),
    finishReason: reply.finishReason,
    milliseconds: Math.round(reply.totalMs),
    decisionId: reply.decisionId,
    sources: citations.map(({ source }) => source),
  };
}

/** What the attempts of a decision cost, failed ones too; unknown where it is of one of them. */
function accountsOf({ decisions }: BatchPorts, decisionId: string): Pick<ItemAnswer, 'costUsd' | 'isCached'> {
  const attempts = decisions().get(decisionId)?.attempts ?? [];
  const isKnown = attempts.every(({ costUsd, costOrigin }) => costUsd !== undefined || costOrigin === undefined);
  const costUsd = attempts.reduce((sum, attempt) => sum + (attempt.costUsd ?? 0), 0);
  return {
    ...(isKnown && attempts.length > 0 && { costUsd }),
    isCached: attempts.at(-1)?.costOrigin === 'cache',
  };
}
