import { BaseChatModel } from '@langchain/core/language_models/chat_models';
import type { BaseChatModelCallOptions } from '@langchain/core/language_models/chat_models';
import { AIMessageChunk } from '@langchain/core/messages';
import type { BaseMessage } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import type { ChatResult } from '@langchain/core/outputs';
import { z } from 'zod';
import type {
  CallContext,
  HealthReport,
  Locality,
  ModelCapability,
  ModelInfo,
  ModelQuality,
  Provider,
  ProviderDescriptor,
  ToolWay,
} from '../../../src/index.ts';
import { defineProvider, toModelRef } from '../../../src/index.ts';

/** One step of a scripted reply: something to say, an error to throw, or silence until the abort. */
export type Line =
  | string
  | { readonly reasoning: string }
  | { readonly role: true }
  | { readonly tool: string }
  | { readonly usage: [number, number] }
  | { readonly error: Error }
  | { readonly hang: true };

export interface ScriptedModel {
  readonly id: string;
  readonly contextTokens?: number;
  readonly locality?: Locality;
  readonly can?: Partial<Record<ModelCapability, boolean>>;
  readonly isLoaded?: boolean;
  readonly grade?: ModelQuality;
  readonly tokensPerSecond?: number;
  readonly sizeBytes?: number;
  readonly parameterCount?: string;
  readonly toolWays?: readonly ToolWay[];
}

/** A provider in memory: what it says next is set by the test. */
export class ScriptedProvider implements Provider {
  readonly id: string;
  readonly address: string | undefined;
  models: readonly ScriptedModel[];
  script: (modelId: string, call: number) => readonly Line[] = () => ['hello'];
  isUp = true;
  report: HealthReport | undefined;
  calls = 0;
  probes = 0;
  lists = 0;
  aborted = 0;
  isDisposed = false;
  readonly contexts: CallContext[] = [];
  readonly seenOptions: BaseChatModelCallOptions[] = [];
  readonly seenMessages: BaseMessage[][] = [];
  probeGate: Promise<void> = Promise.resolve();

  constructor(id: string, models: readonly ScriptedModel[], address?: string) {
    this.id = id;
    this.models = models;
    this.address = address;
  }

  async listModels(): Promise<readonly ModelInfo[]> {
    this.lists += 1;
    if (!this.isUp) throw new Error('refused');
    return this.models.map((model) => ({
      ref: toModelRef(this.id, model.id),
      providerId: this.id,
      modelId: model.id,
      locality: { value: model.locality ?? 'local', origin: 'server' },
      capabilities: Object.fromEntries(
        Object.entries(model.can ?? { chat: true }).map(([key, value]) => [
          key,
          { value: value === true, origin: 'server' },
        ]),
      ),
      contextTokens: model.contextTokens === undefined ? undefined : { value: model.contextTokens, origin: 'server' },
      isLoaded: model.isLoaded === undefined ? undefined : { value: model.isLoaded, origin: 'server' },
      ...(model.grade !== undefined && {
        quality: { value: { grade: model.grade, source: 'a table', date: '2026-01-01' }, origin: 'catalogue' as const },
      }),
      ...(model.parameterCount !== undefined && {
        parameterCount: { value: model.parameterCount, origin: 'server' as const },
      }),
      ...(model.toolWays !== undefined && { toolWays: { value: model.toolWays, origin: 'catalogue' as const } }),
      ...(model.sizeBytes !== undefined && { sizeBytes: { value: model.sizeBytes, origin: 'server' as const } }),
      ...(model.tokensPerSecond !== undefined && {
        speed: { value: { tokensPerSecond: model.tokensPerSecond, measuredAt: 0 }, origin: 'measured' as const },
      }),
    }));
  }

  async probe(): Promise<HealthReport> {
    this.probes += 1;
    await this.probeGate;
    if (this.report !== undefined) return this.report;
    return this.isUp
      ? { state: 'ready', latencyMs: 1, detail: 'answers' }
      : { state: 'down', latencyMs: 1, detail: 'connection refused', code: 'E_UNREACHABLE' };
  }

  chat(modelId: string, call: CallContext): Promise<BaseChatModel> {
    this.calls += 1;
    this.contexts.push(call);
    return Promise.resolve(new ScriptedChatModel(this, this.script(modelId, this.calls)));
  }

  dispose(): Promise<void> {
    this.isDisposed = true;
    return Promise.resolve();
  }
}

function make(text: string, fields: Record<string, unknown> = {}): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message: new AIMessageChunk({ content: text, ...fields }) });
}

function toChunk(line: Exclude<Line, { hang: true } | { error: Error }>): ChatGenerationChunk {
  if (typeof line === 'string') return make(line);
  if ('reasoning' in line) return make('', { additional_kwargs: { reasoning_content: line.reasoning } });
  if ('tool' in line) return make('', { tool_call_chunks: [{ name: line.tool, args: '{}', id: 'call_1', index: 0 }] });
  if ('usage' in line) {
    const [input_tokens, output_tokens] = line.usage;
    return make('', { usage_metadata: { input_tokens, output_tokens, total_tokens: input_tokens + output_tokens } });
  }
  return make('', { response_metadata: { model: 'from the provider' } });
}

class ScriptedChatModel extends BaseChatModel {
  readonly #provider: ScriptedProvider;
  readonly #lines: readonly Line[];

  constructor(provider: ScriptedProvider, lines: readonly Line[]) {
    super({ maxRetries: 0 });
    this.#provider = provider;
    this.#lines = lines;
  }

  override _llmType(): string {
    return 'scripted';
  }

  override bindTools(tools: unknown[], kwargs?: Partial<BaseChatModelCallOptions>) {
    return this.withConfig({ ...kwargs, bound_tools: tools } as Partial<BaseChatModelCallOptions>);
  }

  override _generate(): Promise<ChatResult> {
    throw new Error('the router streams');
  }

  override async *_streamResponseChunks(messages: BaseMessage[], options: BaseChatModelCallOptions) {
    this.#provider.seenOptions.push(options);
    this.#provider.seenMessages.push(messages);
    options.signal?.addEventListener('abort', () => (this.#provider.aborted += 1), { once: true });
    for (const line of this.#lines) {
      if (typeof line === 'object' && 'hang' in line) await new Promise(() => undefined);
      else if (typeof line === 'object' && 'error' in line) throw line.error;
      else yield toChunk(line);
      await Promise.resolve();
    }
  }
}

/** A descriptor that hands out a provider made by the test. */
export function describeScripted(
  kind: string,
  locality: ProviderDescriptor['locality'],
  build: (id: string) => Provider,
): ProviderDescriptor {
  return defineProvider({
    id: kind,
    title: kind,
    locality,
    settings: z.object({ retriesLikeThis: z.number().optional() }),
    knownEnv: [],
    create: (_settings, { entry }) => build(entry.id),
  });
}
