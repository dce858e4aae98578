/** What one run of the proof did, told by the process itself. */
export interface EgressRun {
  /** Calls by kind: `plain`, `stream`, `tools`, `embeddings`, `ingest`, `download`, `stray`. */
  readonly calls: Readonly<Record<string, number>>;
  /** How they ended: `answered`, or the code of the error. */
  readonly ends: Readonly<Record<string, number>>;
  /** Packets for which the kernel found no way out: the network has no other interface than loopback. */
  readonly unroutable: number;
  readonly elapsedMs: number;
}

/** What a run tried to reach beyond loopback, by address, with how often; from the trace of its system calls. */
export type Attempts = Readonly<Record<string, number>>;

/** One row of the report. */
export interface EgressLine {
  /** `intact`, or which layers were removed. */
  readonly build: string;
  readonly isTraced: boolean;
  readonly isHouseOnly: boolean;
  readonly run: EgressRun;
  readonly attempts: Attempts;
}

/** Addresses of the test networks of RFC 5737, each for one thing that could leave; nobody has them. */
export const PLACES = {
  /** What a plugin fetches by itself. */
  stray: '192.0.2.1',
  /** The model hub. */
  hub: '192.0.2.20',
  /** The forward proxy of the environment, by which clouds would be reached. */
  proxy: '192.0.2.30',
  /** The name server: what is asked of it is a look-up of a name. */
  names: '192.0.2.53',
} as const;

/** How many calls of all kinds. */
export function totalOf({ calls }: EgressRun): number {
  return Object.values(calls).reduce((sum, count) => sum + count, 0);
}
