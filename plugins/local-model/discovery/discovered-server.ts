import type { HealthState } from 'wooster';
import type { EngineId } from '../providers/server/fingerprints.ts';

/** An address that is looked at. */
export interface SearchAddress {
  /** `http://host:port`. */
  readonly baseUrl: string;
  /** `host:port`, by which two spellings of one address are the same. */
  readonly address: string;
  /** The user wrote the host into `discovery.hosts`, and it is not this machine. */
  readonly isDeclared: boolean;
}

/** What answered at an address. */
export interface DiscoveredServer extends SearchAddress {
  /** Undefined when it is not recognised. */
  readonly engine?: EngineId;
  /** `Ollama`, `llama.cpp router`; `unknown server` when it is not recognised. */
  readonly name: string;
  readonly version?: string;
  /** `misconfigured`: it answers, but not to us; `busy`: it did not answer in time. */
  readonly state: HealthState;
  /** Undefined when it did not tell them in time. */
  readonly models?: readonly string[];
  /** Milliseconds until its first answer; until the end of the look where there was none. */
  readonly latencyMs: number;
  /** Some of its routes had not answered when the time was over. */
  readonly isCutShort: boolean;
  /** It wants a key. */
  readonly isLocked: boolean;
  /** One line: why it is not used as it is, and what to do. */
  readonly note?: string;
}

/** What one look around found. */
export interface Discovery {
  readonly servers: readonly DiscoveredServer[];
  /** Written hosts at which nothing answered, and those that are no address. */
  readonly silentHosts: readonly string[];
  readonly totalMs: number;
}
