/**
 * Leave to send one attempt, or one probe, to one cloud provider. Made only from a decision or an explicit setting and
 * verified by identity: an object of the same shape made elsewhere is refused.
 */
export interface CloudPermit {
  readonly providerId: string;
  /** The decision it was taken from, or `probe`. */
  readonly decisionId: string;
  /** The explicit setting that allows it. */
  readonly grantedBy: string;
}

/** Issues permits and tells issued ones from imitations. */
export interface PermitOffice {
  issue(permit: CloudPermit): CloudPermit;
  isIssued(permit: CloudPermit | undefined, providerId: string): boolean;
  /** Ends a permit with the attempt or probe it was for: whoever kept it sends nothing with it any more. */
  withdraw(permit: CloudPermit | undefined): void;
}
