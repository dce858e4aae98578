/** Whom a conversation is sent to next. */
export interface HistoryTarget {
  readonly providerId: string;
  readonly modelId: string;
  /** It leaves the machine. Then reasoning stays behind, save what the same provider wrote itself. */
  readonly isCloud: boolean;
}
