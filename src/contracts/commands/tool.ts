import type { StructuredToolInterface } from '@langchain/core/tools';
import type { z } from 'zod';
import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { ContextPassage } from '../agent/context-source.ts';
import type { Principal } from '../plugins/principal.ts';

/** What a tool may touch; approval is decided by it. */
export type ToolRisk = 'read' | 'write' | 'network';

/** What a tool answers: text for the model, data for the program. */
export interface ToolResult {
  readonly text: string;
  readonly data: unknown;
  /** Passages of documents; the agent numbers them, puts them before the model in place of `text`, and lists those that are cited. */
  readonly passages?: readonly ContextPassage[];
}

/** What a running tool is given. */
export interface ToolContext {
  readonly signal: AbortSignal;
  readonly principal: Principal;
  /** Name of the project the turn is about. */
  readonly project?: string;
}

/** A tool as contributed; the LangChain object is made when first needed, since its import is heavy. */
export interface ToolDescriptor<Schema extends z.ZodObject = z.ZodObject> {
  /** Snake case, as models expect: `local_chat`. */
  readonly id: string;
  /** What the model reads to decide whether to call it. */
  readonly description: string;
  readonly risk: ToolRisk;
  readonly schema: Schema;
  /** Longest run, milliseconds, instead of the setting; a run beyond it is left behind. */
  readonly timeoutMs?: number;
  /** Longest text, tokens, instead of the setting; never more than its share of the model's window. */
  readonly outputTokens?: number;
  /** `on-request`: offered only where the person asks for all tools, since a small model is led astray by tools it does not need. */
  readonly offer?: 'always' | 'on-request';
  /** Hands work to a local model, so it is not offered to a model that is local itself. */
  readonly isDelegation?: boolean;
  /** Offered only in turns that are about a project. */
  readonly needsProject?: boolean;
  run(args: z.output<Schema>, context: ToolContext): Promise<ToolResult>;
}

/** Gives a tool its types. */
export function defineTool<Schema extends z.ZodObject>(tool: ToolDescriptor<Schema>): ToolDescriptor {
  return tool;
}

/** Tools the agent may offer to models. */
export const TOOLS: ExtensionPoint<ToolDescriptor> = defineExtensionPoint<ToolDescriptor>({
  id: 'tools',
  summary: 'LangChain structured tools for models that can call them',
  idOf: (tool) => tool.id,
});

/** A LangChain structured tool with `content_and_artifact`. */
export type LangChainTool = StructuredToolInterface;
