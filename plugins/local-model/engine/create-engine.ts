import type { Logger } from 'wooster';
import { EmbeddedEngine } from './embedded-engine.ts';
import type { ChatSettings, EmbeddingSettings, OnnxChatSettings } from './engine-messages.ts';

/** What engines of both kinds are made with besides the settings of their child. */
interface EngineLife {
  readonly loadTimeoutMs: number;
  readonly log?: Logger;
  /** What `dispose` waits before it kills; 2,000 ms unless told. */
  readonly graceMs?: number;
  /** Another child in place of the real one; tests use it. */
  readonly childFile?: URL;
}

/** Left out, these are: 8 requests that may wait, any port that is free, and the package the child is written for. */
type Defaulted = 'queueLimit' | 'port' | 'packageName';

/** What an engine for chat is made from. */
export type ChatEngineOptions = EngineLife & Omit<ChatSettings, Defaulted> & Partial<Pick<ChatSettings, Defaulted>>;

/** What an engine for chat by ONNX files is made from. */
type OnnxChatEngineOptions = EngineLife &
  Omit<OnnxChatSettings, Defaulted> &
  Partial<Pick<OnnxChatSettings, Defaulted>>;

/** What an engine for embeddings is made from. */
type EmbeddingEngineOptions = EngineLife &
  Omit<EmbeddingSettings, Defaulted> &
  Partial<Pick<EmbeddingSettings, Defaulted>>;

/** Short requests of many callers wait for each other batch by batch, so that more may wait than answers of a chat model. */
const EMBEDDING_QUEUE = 64;

const TRANSFORMERS = '@huggingface/transformers';

/** Beside this file, and of the same kind: `.ts` in the repository, `.js` when built. */
function childFile(name: string): URL {
  return new URL(`./${name}${import.meta.url.endsWith('.ts') ? '.ts' : '.js'}`, import.meta.url);
}

/** A chat model served by a child of ours; starts nothing before it is asked for its endpoint. */
export function createChatEngine(options: ChatEngineOptions): EmbeddedEngine {
  const { loadTimeoutMs, log, graceMs, childFile: file = childFile('chat-engine-child'), ...own } = options;
  const settings: ChatSettings = { queueLimit: 8, port: 0, packageName: 'node-llama-cpp', ...own };
  return new EmbeddedEngine({ settings, childFile: file, loadTimeoutMs, log, graceMs });
}

/** A chat model of ONNX files served by a child of ours; starts nothing before it is asked for its endpoint. */
export function createOnnxChatEngine(options: OnnxChatEngineOptions): EmbeddedEngine {
  const { loadTimeoutMs, log, graceMs, childFile: file = childFile('onnx-chat-engine-child'), ...own } = options;
  const settings: OnnxChatSettings = { queueLimit: 8, port: 0, packageName: TRANSFORMERS, ...own };
  return new EmbeddedEngine({ settings, childFile: file, loadTimeoutMs, log, graceMs });
}

/** An embedding model served by a child of ours; starts nothing before it is asked for its endpoint. */
export function createEmbeddingEngine(options: EmbeddingEngineOptions): EmbeddedEngine {
  const { loadTimeoutMs, log, graceMs, childFile: file = childFile('embedding-engine-child'), ...own } = options;
  const defaults = { queueLimit: EMBEDDING_QUEUE, port: 0, packageName: TRANSFORMERS };
  const settings: EmbeddingSettings = { ...defaults, ...own };
  return new EmbeddedEngine({ settings, childFile: file, loadTimeoutMs, log, graceMs });
}
