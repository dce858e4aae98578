import type { StructuredToolInterface } from '@langchain/core/tools';
import { isWoosterError } from '../contracts/errors/wooster-error.ts';
import type { ToolApproval } from '../contracts/agent/agent.ts';
import type { Principal } from '../contracts/plugins/principal.ts';
import type { ToolDescriptor } from '../contracts/commands/tool.ts';
import type { ContextPassage } from '../contracts/agent/context-source.ts';

/** What every tool of a turn is given. */
interface ToolBinding {
  readonly principal: Principal;
  readonly approvals: ToolApproval;
  readonly signal: AbortSignal;
  readonly project?: string;
  /** Numbers passages and writes them as the model reads them. */
  readonly cite: (passages: readonly ContextPassage[]) => string;
}

/** Marks the artifact of a call that failed or was refused, so that the turn's events can tell. */
interface FailedToolArtifact {
  readonly failed: true;
  readonly code: string;
}

/** Tells whether a tool's artifact is that of a failure. */
export function isFailedToolArtifact(artifact: unknown): artifact is FailedToolArtifact {
  return typeof artifact === 'object' && artifact !== null && 'failed' in artifact && artifact.failed === true;
}

function failure(code: string, text: string): [string, FailedToolArtifact] {
  return [`${code} ${text}`, { failed: true, code }];
}

async function runTool(
  descriptor: ToolDescriptor,
  args: Record<string, unknown>,
  binding: ToolBinding,
): Promise<[string, unknown]> {
  if (!(await binding.approvals(descriptor, args, binding.signal))) {
    return failure('E_TOOL', `the user did not allow ${descriptor.id}; go on without it`);
  }
  try {
    const { signal, principal, project, cite } = binding;
    const { text, data, passages = [] } = await descriptor.run(args, { signal, principal, project });
    return [passages.length === 0 ? text : cite(passages) || text, data];
  } catch (error) {
    if (binding.signal.aborted) throw error;
    const message = error instanceof Error ? error.message : String(error);
    return failure(isWoosterError(error) ? error.code : 'E_TOOL', `${descriptor.id} failed: ${message}`);
  }
}

/**
 * Makes the LangChain structured tool of a descriptor (`content_and_artifact`). A failing or refused tool answers with
 * a line that begins with its error code, so that the model can go on; only cancellation leaves as an exception.
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
