import type { Fault } from './faults/fault-kinds.ts';

/** The servers the fake can imitate. */
export type DialectId =
  | 'openai'
  | 'anthropic'
  | 'gemini'
  | 'openrouter'
  | 'ollama'
  | 'mlx'
  | 'mlx-vlm'
  | 'mlx-omni-server'
  | 'lmstudio'
  | 'localai'
  | 'llamacpp'
  | 'llama-cpp-python'
  | 'vllm'
  | 'tei'
  | 'infinity'
  | 'embedding-server';

export type ModelCapability = 'completion' | 'tools' | 'vision' | 'thinking' | 'embedding';

/** One model the fake claims to have; everything but the id has a default. */
export interface FakeModel {
  id: string;
  capabilities?: ModelCapability[];
  contextLength?: number;
  dimensions?: number;
  isLoaded?: boolean;
  digest?: string;
  sizeBytes?: number;
  /** Ollama marks a model that runs in the cloud by this field. */
  remoteHost?: string;
}

/** A tool call the fake makes; arguments may be a broken JSON text on purpose. */
interface ScriptedToolCall {
  name: string;
  arguments: Record<string, unknown> | string;
  id?: string;
}

/** What the fake says. Without text, tokens or tool calls it answers `You said: <last user message>`. */
export interface ReplyScript {
  text?: string;
  tokens?: string[];
  reasoning?: string;
  toolCalls?: ScriptedToolCall[];
  finishReason?: string;
  /** Seals the reasoning, where the wire does so. */
  signature?: string;
  /** `false` leaves usage out everywhere; numbers replace the counted ones. Only clouds tell of kept tokens and of costs. */
  usage?:
    | boolean
    | {
        promptTokens?: number;
        completionTokens?: number;
        /** Of the prompt, read from what was kept. */
        cachedTokens?: number;
        /** Of the prompt, newly kept. */
        cacheWriteTokens?: number;
        costUsd?: number;
      };
  firstTokenDelayMs?: number;
  tokenDelayMs?: number;
}

/** Which requests a rule is for; every condition given must hold. */
export interface RuleMatch {
  method?: string;
  /** Exact path without query, or a prefix when it ends in `*`. */
  path?: string;
  model?: string;
  isStream?: boolean;
  bodyIncludes?: string;
  /** How many matching requests the rule is used for; unlimited when absent. */
  times?: number;
  /** How many matching requests pass before the rule begins. */
  skip?: number;
}

/** One rule of the script: for the requests it matches, another reply, a recording, or faults, or several of them. */
export interface Rule {
  match?: RuleMatch;
  reply?: ReplyScript;
  replay?: string;
  fault?: Fault;
  faults?: Fault[];
}

/** Settings of a fake server; all but the port and the life limit may change at run time. */
export interface FakeServerOptions {
  dialect: DialectId;
  models?: (string | FakeModel)[];
  /** Requests must carry this key where the real server asks for one. */
  key?: string;
  reply?: ReplyScript;
  rules?: Rule[];
  /** Recordings that answer the method and path they were recorded for. */
  replay?: string[];
  port?: number;
  version?: string;
  /** llama-server only: started with embeddings, so chat answers 500. */
  isEmbeddingServer?: boolean;
  /** llama-server only: started without a model. */
  isRouter?: boolean;
  /** llama-server's router only: so many models in memory at once (`--models-max`). */
  maxLoaded?: number;
  /** The child ends itself after this time, whatever happens. */
  lifeLimitMs?: number;
}

/** How a request ended: `server-cut` when a fault closed the socket, `client-closed` when the caller did. */
type RequestOutcome = 'open' | 'answered' | 'client-closed' | 'server-cut';

/** What arrived and what became of it; times are epoch milliseconds. */
export interface RequestRecord {
  id: number;
  /** The same number for requests on one kept-alive connection. */
  connection: number;
  method: string;
  /** Without the query. */
  path: string;
  query: string;
  headers: Record<string, string | string[] | undefined>;
  /** Parsed when it is JSON, else the text. */
  body: unknown;
  receivedAt: number;
  outcome: RequestOutcome;
  status: number | undefined;
  bytesSent: number;
  tokensSent: number;
  firstByteAt: number | undefined;
  endedAt: number | undefined;
}

/** What the driver asks of the child. */
export type Command =
  | { name: 'script'; rules: Rule[] }
  | { name: 'configure'; options: Partial<FakeServerOptions> }
  | { name: 'reset'; options: FakeServerOptions }
  | { name: 'requests'; waitMs: number }
  | { name: 'forget' }
  | { name: 'refuse'; forMs: number | undefined }
  | { name: 'listen' }
  | { name: 'stop' };

/** One message from the driver to the child. */
export interface CommandMessage {
  id: number;
  command: Command;
}

/** One message from the child to the driver. */
export type ChildMessage =
  | { kind: 'listening'; port: number }
  | { kind: 'failed'; message: string }
  | { kind: 'done'; id: number; value: unknown }
  | { kind: 'error'; id: number; message: string };
