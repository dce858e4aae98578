import type { VerifyReport } from '../../../contracts/knowledge/knowledge-store.ts';
import type { RepairReport } from '../../../contracts/knowledge/upkeep.ts';
import type { EmbeddingPurpose } from '../../../contracts/models/embedding-model.ts';

/** What was done to the database of a store, and which store it is. */
export interface DatabaseRepair {
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly report: RepairReport;
}

/** Calls that look for damage and mend it. */
export interface RepairCalls {
  readonly verify: { readonly input: { readonly isDeep: boolean }; readonly output: VerifyReport };
  /** Of a store that is not open in this worker, and may not open at all. */
  readonly repair: { readonly input: { readonly location: string }; readonly output: DatabaseRepair };
  /** Texts spread over a space with the vectors they have there, one after another. */
  readonly sampleTexts: {
    readonly input: { readonly spaceId: string; readonly count: number };
    readonly output: { readonly texts: readonly string[]; readonly vectors: Float32Array };
  };
}
