import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import type { ContentDetector } from '../../contracts/privacy/content-detector.ts';
import type { ContentVerdict, PrivacySubject, Redaction } from '../../contracts/privacy/privacy-policy.ts';
import type { PrivacySettings } from '../../contracts/settings/accounts-settings.ts';
import { redactSpans } from '../redact/redact-spans.ts';
import { ContentScanners } from './content-scanner.ts';
import { ScanMemo } from './scan-memo.ts';
import { scanTexts, type ScanReport } from './scan-texts.ts';
import { treatmentFor, verdictOf } from './verdict.ts';

/** What an inspector looks for, and for how long. */
interface InspectorOptions {
  readonly settings: PrivacySettings;
  readonly detectors: () => readonly ContentDetector[];
  /** Longest that a detector may take for one text, milliseconds. */
  readonly limitMs: number;
}

/** Looks into the texts of calls with the rules about content and the detectors, and remembers what it has seen. */
export class ContentInspector {
  readonly #limitMs: number;
  readonly #scanners: ContentScanners;
  readonly #memo = new ScanMemo();

  constructor({ settings, detectors, limitMs }: InspectorOptions) {
    this.#limitMs = limitMs;
    this.#scanners = new ContentScanners(settings, detectors);
  }

  async inspect(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<ContentVerdict> {
    return verdictOf(await this.#scan(texts, subject, signal), subject);
  }

  /** PrivacyError where something could not be looked at. */
  async redact(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<Redaction> {
    const reports = await this.#scan(texts, subject, signal);
    const fault = reports.find((report) => report.fault !== undefined)?.fault;
    if (fault !== undefined) {
      throw new PrivacyError(`nothing was sent, since not all of it could be looked at: ${fault}; use a local model`);
    }
    const replaced = reports.filter(({ scanner }) => treatmentFor(scanner.treatment, subject) === 'redact');
    const spans = texts.map((_, index) =>
      replaced.flatMap(({ scanner, spans: found }) =>
        (found[index] ?? []).map((span) => (scanner.hasPrivateKinds ? { ...span, kind: 'redacted' } : span)),
      ),
    );
    return redactSpans(texts, spans);
  }

  #scan(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<readonly ScanReport[]> {
    return scanTexts(texts, this.#scanners.for(subject), { memo: this.#memo, limitMs: this.#limitMs, signal });
  }
}
