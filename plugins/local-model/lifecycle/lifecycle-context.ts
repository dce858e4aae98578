import type { BaseUrl, ModelLifecycle, ProviderEntry } from 'wooster';
import type { ClientCall } from '../client/chat-request.ts';
import type { LocalModelClient } from '../client/local-model-client.ts';

/** The model hub, for what is fetched here rather than by a server. */
export interface HubAccess {
  readonly baseUrl: string;
  /** Which setting forbids every download. */
  readonly refusal?: string;
}

/** This machine, as far as pulls look at it; injected in tests. */
export interface Machine {
  readonly home: string;
  /** Free bytes of the file system that holds a folder, or that would; undefined when it cannot be told. */
  freeBytes(directory: string): Promise<number | undefined>;
  /** Waits; ends at once when the signal aborts. */
  pause(ms: number, signal: AbortSignal): Promise<void>;
}

/** What the life cycle of one server's models is made of. */
export interface LifecycleContext {
  readonly client: LocalModelClient;
  readonly entry: ProviderEntry;
  /** Its address; on a loopback address the disk of the server is the disk here. */
  readonly base: BaseUrl;
  /** Limits and permit of one look at the server. */
  callFor(signal: AbortSignal): ClientCall;
  readonly hub?: HubAccess;
  /** This one unless a test brings another. */
  readonly machine?: Machine;
}

/** What is known of an engine besides what it can do. */
export interface LifecycleHints {
  /** What a person sets on this engine so that two models stay in memory together, as a sentence without a full stop. */
  readonly evictionRemedy?: string;
  /** False for a name that no model of this engine has, so that the name alone is not taken for one of its. */
  readonly couldPull?: (name: string) => boolean;
}

/** What of an engine's models can be managed, as its preset tells it. */
export interface PresetLifecycle extends LifecycleHints {
  /** Does no I/O and imports nothing; the methods it gives import the engine's own when they are first called. */
  create(context: LifecycleContext): ModelLifecycle;
}
