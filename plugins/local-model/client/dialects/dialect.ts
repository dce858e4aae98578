import type { BaseUrl, EmbedderFacts, EmbeddingRole, ErrorBody, TransformerShape } from 'wooster';
import type { ChatReply, StreamStep } from '../chat-reply.ts';
import type { ChatRequest } from '../chat-request.ts';
import type { Quirks } from '../quirks.ts';

/** How a body is to be written. */
export interface BodyOptions {
  readonly isStream: boolean;
  readonly quirks: Quirks;
  /** Window to ask for, where the dialect can (Ollama's `num_ctx`). */
  readonly contextTokens?: number;
  /** How long the model stays in memory, where the dialect can say so (Ollama's `keep_alive`). */
  readonly keepAlive?: string | number;
}

/** How an embedding request is to be written. */
interface EmbedBodyOptions extends Pick<BodyOptions, 'keepAlive'> {
  readonly model: string;
  /** Length to cut the vectors to. */
  readonly dimensions?: number;
  /** What the texts are, for a server that adds the prefixes itself. */
  readonly inputType?: EmbeddingRole;
}

/** One record of a stream as its framing delivers it: a JSON value, or the textual end marker. */
export type StreamRecord = { readonly kind: 'value'; readonly value: unknown } | { readonly kind: 'done' };

/** What one record means: pieces of the answer, or an error told within the stream. */
export type StreamReading = StreamStep | { readonly error: ErrorBody };

/** What a server says of one of its models in its list; absent is unknown. */
export interface ListedModel {
  readonly id: string;
  readonly contextTokens?: number;
  readonly sizeBytes?: number;
  readonly digest?: string;
  /** Digest of the file of the weights, `sha256:...`, where it is told apart from that of the whole. */
  readonly weightsDigest?: string;
  readonly quantization?: string;
  readonly parameterCount?: string;
  readonly dimensions?: number;
  /** All that makes its space, where the server tells it. */
  readonly embedder?: EmbedderFacts;
  readonly ownedBy?: string;
  /** Words of the server: `completion`, `tools`, `vision`, `embedding`, `thinking`. */
  readonly capabilities?: readonly string[];
  /** Where it really runs, when the server says that it is elsewhere. */
  readonly remoteHost?: string;
  readonly isLoaded?: boolean;
  readonly licence?: string;
  readonly shape?: TransformerShape;
  /** File of the weights on the machine of the server. */
  readonly file?: string;
  /** Memory it takes now, bytes. */
  readonly memoryBytes?: number;
}

/** Vectors as they came, in the order of the texts; checked by the client. */
export interface RawEmbeddings {
  readonly vectors: readonly unknown[];
  readonly inputTokens?: number;
}

/** A wire dialect: paths, framing and pure translations. It sends nothing and keeps nothing between calls. */
export interface Dialect {
  readonly id: 'openai' | 'ollama' | 'tei' | 'infinity';
  chatUrl(base: BaseUrl): string;
  embedUrl(base: BaseUrl): string;
  modelsUrl(base: BaseUrl): string;
  chatBody(request: ChatRequest, options: BodyOptions): Readonly<Record<string, unknown>>;
  /** Undefined when the value is no answer of this dialect. */
  readReply(value: unknown): ChatReply | undefined;
  frames(body: AsyncIterable<Uint8Array>): AsyncIterable<StreamRecord>;
  /** A reader of the records of one stream; undefined when a record is none of this dialect. */
  streamReader(quirks: Quirks): (record: StreamRecord) => StreamReading | undefined;
  embedBody(texts: readonly string[], options: EmbedBodyOptions): unknown;
  readEmbeddings(value: unknown): RawEmbeddings | undefined;
  readModels(value: unknown): readonly ListedModel[] | undefined;
}
