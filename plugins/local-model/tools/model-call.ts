import {
  generateReply,
  parseModelRef,
  UsageError,
  type CallParameters,
  type Clock,
  type GeneratedReply,
  type ModelRouterService,
  type PlainMessage,
  type ToolContext,
  type ToolResult,
} from 'wooster';
import { z } from 'zod';

/** What the tools of this plugin are made of. */
export interface ToolPorts {
  readonly router: () => ModelRouterService;
  readonly clock: Clock;
}

/** Fields that every tool which asks a local model shares. */
export const modelCallFields = {
  model: z.string().optional().describe('provider:model to use instead of the best local one'),
  temperature: z.number().min(0).max(2).optional().describe('0 is the most predictable'),
  max_tokens: z.number().int().positive().optional().describe('upper limit of the answer'),
};

/** Parsed form of `modelCallFields`. */
export interface ModelCallArguments {
  readonly model?: string;
  readonly temperature?: number;
  readonly max_tokens?: number;
}

/** Asks a local model; never a cloud, whatever the configuration permits. */
export function askLocalModel(
  ports: ToolPorts,
  messages: readonly PlainMessage[],
  call: { readonly args: ModelCallArguments; readonly context: ToolContext },
): Promise<GeneratedReply> {
  const { args, context } = call;
  const parameters: CallParameters = { temperature: args.temperature, maxTokens: args.max_tokens };
  return generateReply(
    ports.router(),
    {
      messages,
      parameters,
      privacy: 'local-only',
      pinned: args.model === undefined ? undefined : requireModelRef(args.model),
      principal: context.principal,
      signal: context.signal,
    },
    ports.clock,
  );
}

/** The reply as a tool's result. */
export function toToolResult(reply: GeneratedReply): ToolResult {
  return { text: reply.content, data: reply };
}

/** A model reference or a UsageError that shows the form. */
export function requireModelRef(text: string): `${string}:${string}` {
  const parsed = parseModelRef(text);
  if (parsed === undefined)
    throw new UsageError(`"${text}" names no model: write provider:model, as \`wooster models\` lists them`);
  return `${parsed.providerId}:${parsed.modelId}`;
}
