import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';

/**
 * What becomes of content in which something was detected: nothing; it is replaced before it goes to a cloud and put
 * back in the answer; or the call takes the class.
 */
export type ContentTreatment = 'off' | 'redact' | 'no-training' | 'local-only';

/** Something detected in a text; `start` and `end` in UTF-16 units, the end exclusive. */
export interface DetectedSpan {
  /** For people, without the content: `AWS access key`, `e-mail address`. */
  readonly kind: string;
  readonly start: number;
  readonly end: number;
}

/** Finds content of one sort. Asked only where a cloud could get the text. */
export interface ContentDetector {
  /** Kebab-case; `privacy.detect.<id>` sets its treatment. */
  readonly id: string;
  readonly summary: string;
  /** Where no setting names it. */
  readonly treatment: ContentTreatment;
  /** Spans in order, none within another. What it throws counts as a finding: unseen content does not leave. */
  detect(text: string, signal: AbortSignal): Promise<readonly DetectedSpan[]>;
}

/** Detectors of content that must not leave as it is. */
export const CONTENT_DETECTORS: ExtensionPoint<ContentDetector> = defineExtensionPoint<ContentDetector>({
  id: 'content-detectors',
  summary: 'find content that must not go to a cloud as it is',
  idOf: (detector) => detector.id,
});
