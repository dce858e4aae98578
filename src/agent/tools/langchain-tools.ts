import type { StructuredToolInterface } from '@langchain/core/tools';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { ToolApproval } from '../../contracts/agent/agent.ts';
import type { ContextPassage } from '../../contracts/agent/context-source.ts';
import type { ToolDescriptor, ToolResult } from '../../contracts/commands/tool.ts';
import type { Principal } from '../../contracts/plugins/principal.ts';
import type { ToolSettings } from '../../contracts/settings/tool-settings.ts';
import { describeDuration } from '../../kernel/wording/describe-duration.ts';
import type { OutputRoom } from './output-room.ts';
import { runAtMost, type RunEnd } from './run-at-most.ts';
import type { ToolRest } from './tool-rest.ts';

/** What every tool of a turn is given. */
interface ToolBinding {
  readonly principal: Principal;
  readonly approvals: ToolApproval;
  readonly signal: AbortSignal;
  readonly project?: string;
  readonly settings: ToolSettings;
  readonly room: OutputRoom;
  readonly rest: ToolRest;
  /** Numbers passages and writes them as the model reads them. */
  readonly cite: (passages: readonly ContextPassage[]) => string;
}

/** Marks the artifact of a call that failed or was refused, so that the turn's events can tell. */
interface FailedToolArtifact {
  readonly failed: true;
  readonly code: string;
  /** It ran, and that went wrong; otherwise it was not run. */
  readonly hasRun: boolean;
}

/** Tells whether a tool's artifact is that of a failure. */
export function isFailedToolArtifact(artifact: unknown): artifact is FailedToolArtifact {
  return typeof artifact === 'object' && artifact !== null && 'failed' in artifact && artifact.failed === true;
}

/** What the model reads of a call that was not run. */
export function refuse(text: string): [string, FailedToolArtifact] {
  return [`E_TOOL ${text}`, { failed: true, code: 'E_TOOL', hasRun: false }];
}

function fail(code: string, text: string): [string, FailedToolArtifact] {
  return [`${code} ${text}`, { failed: true, code, hasRun: true }];
}

async function findRefusal(
  descriptor: ToolDescriptor,
  args: Record<string, unknown>,
  { approvals, settings, signal }: ToolBinding,
): Promise<string | undefined> {
  const { id, risk } = descriptor;
  if (settings.approvals[risk] === 'deny') return `${id} is denied by tools.approvals.${risk}; go on without it`;
  const answer = await approvals(descriptor, args, signal);
  if (answer === true) return undefined;
  return answer === false
    ? `the user did not allow ${id}; go on without it`
    : `${id} ${answer.refusal}; go on without it`;
}

async function runTool(
  descriptor: ToolDescriptor,
  args: Record<string, unknown>,
  binding: ToolBinding,
): Promise<[string, unknown]> {
  const refusal = await findRefusal(descriptor, args, binding);
  if (refusal !== undefined) return refuse(refusal);
  const { signal, principal, project, settings, rest, room } = binding;
  const { id, timeoutMs = settings.timeoutMs, outputTokens } = descriptor;
  const run = (own: AbortSignal): unknown => descriptor.run(args, { signal: own, principal, project });
  const end = await runAtMost(run, { timeoutMs, signal });
  if (end.kind === 'late') {
    rest.noteLate(id);
    return fail('E_TOOL', `${id} took longer than ${describeLimit(timeoutMs)} and was left behind`);
  }
  rest.noteEnd(id);
  const [text, data] = readEnd(id, end, binding);
  return [room.bound(text, outputTokens), data];
}

/** Whatever a tool gave back, as text for the model and data for the program. */
function readEnd(id: string, end: Exclude<RunEnd, { kind: 'late' }>, { cite }: ToolBinding): [string, unknown] {
  if (end.kind === 'failed') {
    const { error } = end;
    return fail(isWoosterError(error) ? error.code : 'E_TOOL', `${id} failed: ${messageOf(error)}`);
  }
  const { value } = end;
  if (!isToolResult(value)) return fail('E_TOOL', `${id} failed: it gave back no text`);
  try {
    const { text, data, passages = [] } = value;
    return [passages.length === 0 ? text : cite(passages) || text, keepable(data)];
  } catch (error) {
    return fail('E_TOOL', `${id} failed: what it found cannot be read: ${messageOf(error)}`);
  }
}

function isToolResult(value: unknown): value is ToolResult {
  return typeof value === 'object' && value !== null && 'text' in value && typeof value.text === 'string';
}

/** Data as a conversation can keep it, which is as JSON. */
function keepable(data: unknown): unknown {
  try {
    return JSON.stringify(data) === undefined ? undefined : data;
  } catch {
    // The model has the text; only the program's copy is lost.
    return undefined;
  }
}

/** Whatever was thrown. */
function messageOf(error: unknown): string {
  try {
    return error instanceof Error
      ? error.message
      : typeof error === 'string'
        ? error
        : (JSON.stringify(error) ?? String(error));
  } catch {
    return 'something that cannot be shown was thrown';
  }
}

function describeLimit(timeoutMs: number): string {
  return timeoutMs < 1000 ? `${timeoutMs} ms` : describeDuration(timeoutMs);
}

/**
 * Makes the LangChain structured tool of a descriptor (`content_and_artifact`). A failing, late or refused tool answers
 * with a line that begins with its error code, so that the model can go on; only cancellation leaves as an exception.
 */
export async function toLangChainTool(
  descriptor: ToolDescriptor,
  binding: ToolBinding,
): Promise<StructuredToolInterface> {
  const { tool } = await import('@langchain/core/tools');
  return tool((args: Record<string, unknown>) => runTool(descriptor, args, binding), {
    name: descriptor.id,
    description: descriptor.description,
    schema: descriptor.schema,
    responseFormat: 'content_and_artifact',
  });
}
