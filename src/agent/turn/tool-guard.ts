import type { AIMessage, ToolMessage } from '@langchain/core/messages';
import type { AgentMiddleware, ToolCallRequest } from 'langchain';
import { isFailedToolArtifact, refuse } from '../tools/langchain-tools.ts';
import type { PlainCall } from '../tools/repeated-call.ts';
import type { TurnCalls } from '../tools/turn-calls.ts';

/** What a guard watches over. */
interface ToolGuardParts {
  readonly calls: TurnCalls;
  /** Names of tools that the caller runs itself, whose calls are its own affair. */
  readonly clientToolNames: ReadonlySet<string>;
  readonly signal: AbortSignal;
}

/**
 * Stands between the model and its tools: what the record of the turn's calls does not let run is answered with a line
 * that begins with `E_TOOL`, and nothing that a tool does can end the turn. LangChain's own answers to wrong calls ask
 * for them again without end, and arguments that are no JSON end the turn with an empty answer.
 */
export class ToolGuard {
  readonly #parts: ToolGuardParts;
  /** Arguments that are no JSON, by the id of their call. */
  readonly #unreadable = new Map<string, string>();

  constructor(parts: ToolGuardParts) {
    this.#parts = parts;
  }

  /** For the agent whose tools are guarded. */
  async middleware(): Promise<AgentMiddleware> {
    const { createMiddleware } = await import('langchain');
    const { AIMessage, ToolMessage } = await import('@langchain/core/messages');
    return createMiddleware({
      name: 'tool-guard',
      wrapModelCall: async (request, handler) => {
        const answer = await handler({ ...request, tools: this.#offered(request.tools) });
        return AIMessage.isInstance(answer) ? this.#withReadableCalls(answer, AIMessage) : answer;
      },
      wrapToolCall: async (request, handler) => {
        const { name, id = '' } = request.toolCall;
        if (this.#parts.clientToolNames.has(name)) return handler(request);
        const [content, artifact] = await this.#run(request, async () => {
          const result = await handler(request);
          return ToolMessage.isInstance(result) ? [textOf(result), result.artifact] : ['', undefined];
        });
        const status = isFailedToolArtifact(artifact) ? 'error' : 'success';
        return new ToolMessage({ content, artifact, status, name, tool_call_id: id });
      },
    });
  }

  /** A cloud keeps its tools in any case: some refuse a conversation with calls and without tools. */
  #offered<Tool>(tools: readonly Tool[]): Tool[] {
    const { calls } = this.#parts;
    if (calls.mustAnswer) return [];
    const left = tools.filter((tool) => !calls.isTakenAway(nameOf(tool)));
    return left.length === 0 && !calls.isLocal ? [...tools] : left;
  }

  async #run(request: ToolCallRequest, handle: () => Promise<[string, unknown]>): Promise<[string, unknown]> {
    const { calls, signal } = this.#parts;
    const call: PlainCall = { name: request.toolCall.name, args: request.toolCall.args };
    const verdict = await calls.judge(call, this.#unreadable.get(request.toolCall.id ?? ''));
    if (verdict.kind === 'wrong') return refuse(verdict.text);
    if (verdict.kind === 'repeated') return [verdict.text, undefined];
    try {
      const [text, artifact] = await handle();
      if (!isFailedToolArtifact(artifact) || !artifact.hasRun) return [text, artifact];
      return [text + calls.noteFailure(call), artifact];
    } catch (error) {
      if (signal.aborted) throw error;
      const message = error instanceof Error ? error.message : String(error);
      return refuse(`${call.name} failed: ${message}${calls.noteFailure(call)}`);
    }
  }

  #withReadableCalls(answer: AIMessage, Message: typeof AIMessage): AIMessage {
    const unreadable = answer.invalid_tool_calls ?? [];
    if (unreadable.length === 0) return answer;
    const { id, content, response_metadata, usage_metadata, tool_calls = [] } = answer;
    const mended = unreadable.map((call, at) => {
      const callId = call.id ?? `${id ?? 'call'}-${at}`;
      this.#unreadable.set(callId, call.args ?? '');
      return { id: callId, name: call.name ?? 'unnamed', args: {}, type: 'tool_call' as const };
    });
    const { tool_calls: _wire, ...additional_kwargs } = answer.additional_kwargs;
    const rest = { id, content, response_metadata, usage_metadata, additional_kwargs };
    return new Message({ ...rest, tool_calls: [...tool_calls, ...mended] });
  }
}

function textOf({ content }: ToolMessage): string {
  return typeof content === 'string' ? content : JSON.stringify(content);
}

function nameOf(tool: unknown): string {
  return typeof tool === 'object' && tool !== null && 'name' in tool ? String(tool.name) : '';
}
