import type { AttemptRecord, RouteTrace } from '../contracts/routing/decision.ts';

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

function describeAttempt(attempt: AttemptRecord): string {
  const { ordinal, targetId, outcome, totalMs, firstTokenMs, usage, error, repliedModel } = attempt;
  const parts = [`${ordinal + 1}. ${targetId}: ${outcome}`];
  if (totalMs !== undefined) parts.push(`in ${milliseconds(totalMs)}`);
  if (firstTokenMs !== undefined) parts.push(`first token ${milliseconds(firstTokenMs)}`);
  if (usage !== undefined) {
    const mark = usage.isEstimated ? 'about ' : '';
    parts.push(`${mark}${usage.inputTokens} tokens in, ${mark}${usage.outputTokens} out`);
  }
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
  return `1. ${first?.targetId}: answered ${attempts.length} calls in ${milliseconds(totalMs)}, ${mark}${tokens} tokens in`;
}

function describeAttempts(attempts: readonly AttemptRecord[]): string[] {
  const runs: AttemptRecord[][] = [];
  for (const attempt of attempts) {
    const last = runs.at(-1)?.at(-1);
    const isSmooth = attempt.ordinal === 0 && attempt.outcome === 'answered';
    const isSame = last?.ordinal === 0 && last.outcome === 'answered' && last.targetId === attempt.targetId;
    if (isSmooth && isSame) runs.at(-1)?.push(attempt);
    else runs.push([attempt]);
  }
  return runs.map((run) => (run.length === 1 ? describeAttempt(run[0]!) : describeCalls(run)));
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
    ...(needed.length > 0 ? [`needs ${needed.join(', ')}`] : []),
    ...(request.pinned === undefined ? [] : [`pinned to ${request.pinned}`]),
    ...(request.pinnedProvider === undefined ? [] : [`pinned to the provider ${request.pinnedProvider}`]),
    ...(request.preferred === undefined ? [] : [`preferred ${request.preferred}`]),
  ];
}

/** Tells a decision and what came of it: request, chain, what was left out and why, attempts, what answered. */
export function describeTrace(trace: RouteTrace): TraceDescription {
  const { decision, attempts } = trace;
  const chain = decision.chain.map(({ targetId, locality, permission }, index) => {
    const allowed = permission === undefined ? '' : `, allowed by ${permission.origin}`;
    return `${index + 1}. ${targetId} (${locality}${allowed})`;
  });
  const rejected = decision.rejected.map(
    ({ targetId, reasons }) => `${targetId}: ${reasons.map(({ text }) => text).join('; ')}`,
  );
  const sections: TraceSection[] = [
    { title: 'Request', lines: describeRequest(trace) },
    { title: `Chain (${decision.strategy})`, lines: chain.length > 0 ? chain : ['empty'] },
    { title: 'Left out', lines: rejected },
    { title: 'Attempts', lines: describeAttempts(attempts) },
  ];
  return {
    decisionId: decision.id,
    decidedAt: decision.decidedAt,
    strategy: decision.strategy,
    outcome: describeOutcome(trace),
    sections: sections.filter(({ lines }) => lines.length > 0),
  };
}
