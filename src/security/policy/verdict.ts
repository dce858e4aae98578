import type { ContentTreatment } from '../../contracts/privacy/content-detector.ts';
import type {
  ContentFinding,
  ContentVerdict,
  PrivacyRuling,
  PrivacySubject,
} from '../../contracts/privacy/privacy-policy.ts';
import { strictestOf } from './rules.ts';
import type { ScanReport } from './scan-texts.ts';

/** A vector cannot be put back into words: where only it would leave, nothing is replaced, and the text stays. */
export function treatmentFor(
  treatment: Exclude<ContentTreatment, 'off'>,
  { task }: PrivacySubject,
): Exclude<ContentTreatment, 'off'> {
  return treatment === 'redact' && task === 'embed' ? 'local-only' : treatment;
}

function countKinds(reports: readonly ScanReport[]): ContentFinding[] {
  const counts = new Map<string, number>();
  for (const { scanner, spans, fault } of reports) {
    for (const { kind } of spans.flat()) counts.set(kind, (counts.get(kind) ?? 0) + 1);
    if (fault !== undefined) counts.set(`unseen by ${scanner.title}`, 1);
  }
  return [...counts].map(([kind, count]) => ({ kind, count }));
}

function rulingOf({ scanner, spans, fault }: ScanReport, subject: PrivacySubject): PrivacyRuling {
  if (fault !== undefined) return { privacy: 'local-only', rule: `${fault}: what was not looked at stays here` };
  const [first] = spans.flat();
  const treatment = treatmentFor(scanner.treatment, subject);
  if (first === undefined || treatment === 'redact') return { privacy: 'any' };
  const kept = treatment === scanner.treatment ? '' : ', and texts to embed are not redacted';
  const found = scanner.hasPrivateKinds ? '' : `${first.kind} found; `;
  return { privacy: treatment, rule: `${found}${scanner.setting}${kept}` };
}

/** What follows from what the scanners found in the texts of a call. */
export function verdictOf(reports: readonly ScanReport[], subject: PrivacySubject): ContentVerdict {
  const mustRedact = reports.some(
    ({ scanner, spans }) => treatmentFor(scanner.treatment, subject) === 'redact' && spans.flat().length > 0,
  );
  return {
    ...strictestOf(reports.map((report) => rulingOf(report, subject))),
    findings: countKinds(reports),
    mustRedact,
  };
}
