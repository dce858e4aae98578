import type { PartFile } from './part-file.ts';

/** What is being done: reading what is there, waiting for another process, fetching, unpacking, comparing checksums. */
export type WeightsPhase = 'checking' | 'waiting' | 'downloading' | 'assembling' | 'verifying';

/** How far a file has come. `source` is the local folder, hub or package it comes from, for a person to read. */
export interface WeightsProgress {
  readonly phase: WeightsPhase;
  readonly receivedBytes: number;
  readonly totalBytes: number;
  readonly source: string;
}

/** What a source is given while it works. */
export interface SourceContext {
  readonly signal: AbortSignal;
  /** `aheadBytes` were received but are not in the part yet. */
  report(phase: WeightsPhase, aheadBytes?: number): void;
  /** One line for the person, shown before anything of a third party is fetched. */
  notice(text: string): void;
}

/** One place the bytes of a file can come from. It continues where the part ends and throws a contract error when it cannot. */
export interface WeightsSource {
  readonly title: string;
  /** Room it needs beside the bytes still missing. */
  readonly scratchBytes: number;
  fetchInto(part: PartFile, context: SourceContext): Promise<void>;
}
