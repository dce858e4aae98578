import { PRIVACY_CLASSES, UsageError, type ActionContext, type PrivacyClass, type PrivacySubject } from 'wooster';
import type { PrivacyPorts } from '../privacy-ports.ts';
import type { CheckResult, ProviderRow } from '../privacy-schema.ts';
import { providerRows } from '../report/provider-rows.ts';

function mayReceive({ where, receives, only }: ProviderRow, privacy: PrivacyClass, task: string): boolean {
  if (where === 'local' || privacy === 'local-only' || (only.length > 0 && !only.includes(task))) return false;
  return privacy === 'any' ? receives !== 'nothing' : receives === 'any-or-no-training';
}

/** Looks into a text exactly as a call with it would, and sends nothing. */
export async function checkText(
  ports: PrivacyPorts,
  { words, subject }: { readonly words: readonly string[]; readonly subject: PrivacySubject },
  { terminal, signal }: Pick<ActionContext, 'terminal' | 'signal'>,
): Promise<CheckResult> {
  const text = words.length > 0 ? words.join(' ') : await terminal.readInput(signal);
  if (text === undefined || text === '') {
    throw new UsageError('which text? wooster privacy check "..." or wooster privacy check < file');
  }
  const policy = ports.policy();
  const settings = ports.settings();
  const verdict = await policy.inspect([text], subject, signal);
  const rulings = [
    { privacy: settings.routing.privacy, rule: settings.routing.privacyOrigin },
    policy.classify(subject),
    verdict,
  ];
  const { privacy, rule } = rulings.reduce((left, right) =>
    PRIVACY_CLASSES.indexOf(right.privacy) > PRIVACY_CLASSES.indexOf(left.privacy) ? right : left,
  );
  const isSent = privacy !== 'local-only';
  const { replaced } = verdict.mustRedact && isSent ? await policy.redact([text], subject, signal) : { replaced: 0 };
  const clouds = providerRows(settings, ports.router().status())
    .filter((row) => mayReceive(row, privacy, subject.task))
    .map(({ provider }) => provider)
    .flatMap((provider) => {
      const consent = policy.consent(provider, subject.project);
      if (consent === 'refused') return [];
      return [{ provider, afterAsking: consent === 'unasked' }];
    });
  return { operation: 'check', findings: [...verdict.findings], privacy, rule, replaced, clouds };
}
