import { AIMessageChunk, type UsageMetadata } from '@langchain/core/messages';
import { ChatGenerationChunk } from '@langchain/core/outputs';
import { MalformedReplyError, parseJson } from 'wooster';
import type { ChatDelta, ReplyFacts, TokenUsage } from '../client/chat-reply.ts';
import type { ThinkTagSplitter, ThoughtPiece } from './reasoning/think-tags.ts';
import type { ToolCallLedger } from './tool-call-ledger.ts';

/** What a reply's metadata says besides the facts of the server. */
export interface ReplySource {
  readonly provider: string;
  readonly model: string;
  /** Milliseconds since the call began, and until its first token. */
  readonly elapsed: () => { readonly totalMs: number; readonly firstTokenMs?: number };
}

function chunkOf(fields: ConstructorParameters<typeof AIMessageChunk>[0] & object, text = ''): ChatGenerationChunk {
  return new ChatGenerationChunk({ text, message: new AIMessageChunk(fields) });
}

function toUsage(usage: TokenUsage | undefined): UsageMetadata | undefined {
  if (usage === undefined) return undefined;
  const { inputTokens, outputTokens, cachedInputTokens } = usage;
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: inputTokens + outputTokens,
    ...(cachedInputTokens === undefined ? {} : { input_token_details: { cache_read: cachedInputTokens } }),
  };
}

/**
 * Turns the deltas of one answer into LangChain chunks; facts wait for `end`, since LangChain joins equal keys by
 * appending. LangChain also mends arguments that break off, so that a tool would run with the half of them: `end`
 * throws MalformedReplyError for any that are no JSON.
 */
export class ReplyChunks {
  readonly #ledger: ToolCallLedger;
  readonly #splitter: ThinkTagSplitter | undefined;
  readonly #calls = new Map<number, { name: string; args: string }>();
  #facts: ReplyFacts = {};

  /** Without a splitter the text is the answer, its reasoning told apart already. */
  constructor(ledger: ToolCallLedger, splitter?: ThinkTagSplitter) {
    this.#ledger = ledger;
    this.#splitter = splitter;
  }

  /** The chunks of one delta. */
  of(delta: ChatDelta): ChatGenerationChunk[] {
    if (delta.kind === 'facts') {
      const { kind: _, ...facts } = delta;
      this.#facts = { ...this.#facts, ...facts };
      return [];
    }
    if (delta.kind === 'tool-call') {
      const piece = { ...this.#ledger.enter(delta), type: 'tool_call_chunk' as const };
      const begun = this.#calls.get(piece.index);
      const name = begun?.name ?? piece.name ?? '';
      this.#calls.set(piece.index, { name, args: (begun?.args ?? '') + piece.args });
      return [chunkOf({ content: '', tool_call_chunks: [piece] })];
    }
    if (delta.kind === 'reasoning' || this.#splitter === undefined) return [toChunk(delta)];
    return this.#splitter.push(delta.text).map(toChunk);
  }

  /** The last chunks: what was held back, then usage and metadata. */
  end(source: ReplySource): ChatGenerationChunk[] {
    const { finishReason, usage, timings, model } = this.#facts;
    this.#requireWholeCalls(source, finishReason);
    const last = chunkOf({
      content: '',
      usage_metadata: toUsage(usage),
      response_metadata: {
        provider: source.provider,
        model: source.model,
        model_name: model ?? source.model,
        finish_reason: finishReason ?? 'stop',
        timings: { ...timings, ...source.elapsed() },
      },
    });
    return [...(this.#splitter?.end(finishReason === 'length') ?? []).map(toChunk), last];
  }

  #requireWholeCalls({ provider, model }: ReplySource, finishReason: string | undefined): void {
    const broken = [...this.#calls.values()].find(({ args }) => args.trim() !== '' && parseJson(args) === undefined);
    if (broken === undefined) return;
    const why = finishReason === 'length' ? ', cut at the limit of its output' : '';
    const text = `${provider}: ${model} called ${broken.name} with arguments that are no JSON${why}; ask again or use another model`;
    throw new MalformedReplyError(text, { provider, model });
  }
}

function toChunk({ kind, text }: ThoughtPiece): ChatGenerationChunk {
  if (kind === 'text') return chunkOf({ content: text }, text);
  return chunkOf({ content: '', additional_kwargs: { reasoning_content: text } });
}
