/** Memory of one graphics card, as the tool of its vendor tells it. */
export interface GraphicsMemory {
  readonly name: string;
  readonly totalMiB: number;
  readonly freeMiB?: number;
}

/** Memory of this machine. */
export interface MachineMemory {
  readonly totalMiB: number;
  readonly freeMiB: number;
  /** Limit of the container or session this process runs in, where there is one below the whole. */
  readonly limitMiB?: number;
  /** What a model may take at most: the least of total and limit, of unified memory the share that graphics may use. */
  readonly usableMiB: number;
  /** Processor and graphics share one memory: Apple silicon. */
  readonly isUnified: boolean;
  readonly graphics: readonly GraphicsMemory[];
}
