import type { ToolWay } from '../contracts/models/tool-way.ts';
import type { AttemptRecord, RouteStep, RouteTrace } from '../contracts/routing/decision.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import { describeUsd } from '../kernel/wording/describe-budget.ts';
import { describeBill, describeCost, describeCosts } from './execution/describe-cost.ts';

/** One part of a described trace: a heading and its lines. */
interface TraceSection {
  readonly title: string;
  readonly lines: readonly string[];
}

/** A trace in words and figures, ready to be printed; pure. */
export interface TraceDescription {
  readonly decisionId: string;
  readonly decidedAt: number;
  readonly strategy: string;
  /** One line: what answered, or how it ended. */
  readonly outcome: string;
  readonly sections: readonly TraceSection[];
}

function milliseconds(value: number | undefined): string {
  return value === undefined ? '' : `${value < 10 ? Number(value.toFixed(1)) : Math.round(value)} ms`;
}

function describeAttempt(attempt: AttemptRecord, chain: readonly RouteStep[]): string {
  const { ordinal, targetId, outcome, queuedMs, totalMs, firstTokenMs, usage, error, repliedModel } = attempt;
  const parts = [`${ordinal + 1}. ${targetId}: ${outcome}`];
  if (queuedMs !== undefined) parts.push(`after ${milliseconds(queuedMs)} in the queue`);
  if (totalMs !== undefined) parts.push(`in ${milliseconds(totalMs)}`);
  if (firstTokenMs !== undefined) parts.push(`first token ${milliseconds(firstTokenMs)}`);
  if (usage !== undefined) {
    const mark = usage.isEstimated ? 'about ' : '';
    const kept = usage.cachedInputTokens === undefined ? '' : ` (${usage.cachedInputTokens} kept from before)`;
    parts.push(`${mark}${usage.inputTokens} tokens in${kept}, ${mark}${usage.outputTokens} out`);
  }
  const cost = describeCost(attempt, chain.find((step) => step.targetId === targetId)?.prices !== undefined);
  if (cost !== undefined) parts.push(cost);
  if (repliedModel !== undefined) parts.push(`the server named the model ${repliedModel}`);
  if (error !== undefined) parts.push(`${error.code}: ${error.message}`);
  return parts.join(', ');
}

/** Calls that one decision served at one target without a fault, as one line: a long job has dozens of them. */
function describeCalls(attempts: readonly AttemptRecord[]): string {
  const [first] = attempts;
  const totalMs = attempts.reduce((sum, attempt) => sum + (attempt.totalMs ?? 0), 0);
  const tokens = attempts.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
  const mark = attempts.some(({ usage }) => usage?.isEstimated) ? 'about ' : '';
  const cost = describeCosts(attempts);
  const paid = cost === undefined ? '' : `, ${cost}`;
  return `1. ${first?.targetId}: answered ${attempts.length} calls in ${milliseconds(totalMs)}, ${mark}${tokens} tokens in${paid}`;
}

function describeAttempts({ attempts, decision }: RouteTrace): string[] {
  const runs: AttemptRecord[][] = [];
  for (const attempt of attempts) {
    const last = runs.at(-1)?.at(-1);
    const isSmooth = attempt.ordinal === 0 && attempt.outcome === 'answered';
    const isSame = last?.ordinal === 0 && last.outcome === 'answered' && last.targetId === attempt.targetId;
    if (isSmooth && isSame) runs.at(-1)?.push(attempt);
    else runs.push([attempt]);
  }
  return runs.map((run) => (run.length === 1 ? describeAttempt(run[0]!, decision.chain) : describeCalls(run)));
}

function describeOutcome({ decision, attempts }: RouteTrace): string {
  const last = attempts.at(-1);
  const isEmbed = decision.request.task === 'embed';
  if (decision.chain.length === 0) return `no model may or can ${isEmbed ? 'make these embeddings' : 'answer'}`;
  if (last === undefined) return 'not executed';
  if (last.outcome === 'answered') {
    const after = last.ordinal === 0 ? '' : ` at attempt ${last.ordinal + 1}`;
    return `${last.targetId} answered${after}`;
  }
  if (last.outcome === 'running') return `${last.targetId} is answering, or its process was killed`;
  return `${last.targetId}: ${last.outcome}${last.error === undefined ? '' : ` (${last.error.code})`}`;
}

/** What was found in the content: kinds and counts, never the content. */
function describeInspection({ inspection }: RouteRequest): string[] {
  if (inspection === undefined) return [];
  if (inspection.findings.length === 0) return ['content looked at: nothing found'];
  const found = inspection.findings.map(({ kind, count }) => (count === 1 ? kind : `${count} ${kind}`)).join(', ');
  return [`content looked at: found ${found}${inspection.mustRedact ? '; replaced before a cloud gets it' : ''}`];
}

const TOOL_WAY_WORDS: Readonly<Record<ToolWay, string>> = {
  native: 'its own calls',
  schema: 'a JSON schema',
  prompt: 'words',
};

function describeStep(step: RouteStep): string {
  const { targetId, locality, permission, costUpperBoundUsd, outputLimitTokens, needsConsent, toolWay } = step;
  const parts: string[] = [locality, ...(step.isLoading === true ? ['loading'] : [])];
  if (permission !== undefined) parts.push(`allowed by ${permission.origin}`);
  if (needsConsent === true) parts.push('once you agree that it may get what is about the project');
  if (locality === 'cloud' && costUpperBoundUsd !== undefined)
    parts.push(`at most ${describeUsd(costUpperBoundUsd)} USD`);
  if (toolWay !== undefined) parts.push(`tools by ${TOOL_WAY_WORDS[toolWay.way]}: ${toolWay.reason}`);
  if (outputLimitTokens !== undefined) parts.push(`answers of ${outputLimitTokens} tokens at most`);
  return `${targetId} (${parts.join(', ')})`;
}

function describeRequest({ decision: { request } }: RouteTrace): string[] {
  const { needs } = request;
  const needed = [
    needs.tools === true && 'tools',
    needs.vision === true && 'vision',
    needs.json === true && 'JSON',
    needs.contextTokens !== undefined && `${needs.contextTokens} tokens of context`,
    needs.embedder !== undefined && `the model ${needs.embedder}`,
    needs.spaceId !== undefined && `space ${needs.spaceId} with ${needs.dimensions} numbers`,
  ].filter((each) => each !== false);
  const rule = request.privacyRule === undefined ? '' : ` (${request.privacyRule})`;
  return [
    `task ${request.task}${request.purpose === undefined ? '' : ` for ${request.purpose}`}, privacy ${request.privacy}${rule}`,
    ...describeInspection(request),
    ...(needed.length > 0 ? [`needs ${needed.join(', ')}`] : []),
    ...(request.pinned === undefined ? [] : [`pinned to ${request.pinned}`]),
    ...(request.pinnedProvider === undefined ? [] : [`pinned to the provider ${request.pinnedProvider}`]),
    ...(request.preferred === undefined ? [] : [`preferred ${request.preferred}`]),
  ];
}

/** Tells a decision and what came of it: request, chain, what was left out and why, attempts, what answered, what it cost. */
export function describeTrace(trace: RouteTrace): TraceDescription {
  const { decision } = trace;
  const chain = decision.chain.map((step, index) => `${index + 1}. ${describeStep(step)}`);
  const rejected = decision.rejected.map(
    ({ targetId, reasons }) => `${targetId}: ${reasons.map(({ text }) => text).join('; ')}`,
  );
  const bill = describeBill(trace);
  const sections: TraceSection[] = [
    { title: 'Request', lines: describeRequest(trace) },
    { title: `Chain (${decision.strategy})`, lines: chain.length > 0 ? chain : ['empty'] },
    { title: 'Left out', lines: rejected },
    { title: 'Attempts', lines: describeAttempts(trace) },
    { title: 'Cost', lines: bill.cost },
    { title: 'Budgets', lines: bill.notices },
  ];
  return {
    decisionId: decision.id,
    decidedAt: decision.decidedAt,
    strategy: decision.strategy,
    outcome: describeOutcome(trace),
    sections: sections.filter(({ lines }) => lines.length > 0),
  };
}
