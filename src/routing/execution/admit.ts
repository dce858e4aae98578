import { PrivacyError } from '../../contracts/errors/host-errors.ts';
import type { CallContext } from '../../contracts/models/call-context.ts';
import type { ContentVerdict, PrivacyPolicy } from '../../contracts/privacy/privacy-policy.ts';
import type { RouteDecision, RouteStep } from '../../contracts/routing/decision.ts';
import type { ExecuteOptions } from '../../contracts/routing/router.ts';
import { isStricter } from '../resolve-request.ts';

/** A link of a decision that is about to be tried. */
interface Entrance {
  readonly decision: RouteDecision;
  readonly step: RouteStep;
  readonly operation: { texts?(): readonly string[] };
  readonly options: Pick<ExecuteOptions, 'askConsent' | 'signal'>;
  readonly privacy: PrivacyPolicy;
}

/** What is settled before anything is sent. */
type Admission = Pick<CallContext, 'redact'>;

/** The findings as the decision had them, or of content that it was made without. */
async function verdictOf(entrance: Entrance): Promise<Pick<ContentVerdict, 'mustRedact'>> {
  const { decision, step, operation, options, privacy } = entrance;
  const { request } = decision;
  if (request.inspection !== undefined) return request.inspection;
  const texts = operation.texts?.();
  if (texts === undefined) {
    throw new PrivacyError(
      `${step.targetId}: nothing was sent, since the operation does not tell its content; keep it local`,
    );
  }
  const verdict = await privacy.inspect(texts, request, options.signal);
  if (!isStricter(verdict.privacy, request.privacy)) return verdict;
  const found = verdict.findings.map(({ kind, count }) => (count === 1 ? kind : `${count} x ${kind}`)).join(', ');
  const what = [verdict.rule, found].filter((part) => part !== undefined && part !== '').join(': ');
  throw new PrivacyError(
    `${step.targetId}: nothing was sent, since the content is ${verdict.privacy} (${what}); use a local model, or \`wooster privacy\``,
  );
}

async function requireConsent({ decision, step, options, privacy }: Entrance): Promise<void> {
  const { project } = decision.request;
  if (step.needsConsent !== true || project === undefined) return;
  const providerId = step.ref.slice(0, step.ref.indexOf(':'));
  const known = privacy.consent(providerId, project);
  if (known === 'given') return;
  const request = { providerId, targetId: step.targetId, project };
  const answer = known === 'refused' ? false : await options.askConsent?.(request, options.signal);
  if (answer !== undefined && known === 'unasked') privacy.answerConsent(providerId, project, answer);
  if (answer === true) return;
  const command = `wooster privacy allow ${providerId} --project ${project}`;
  throw new PrivacyError(
    `${step.targetId}: nothing was sent, since it may not get what is about the project ${project}; \`${command}\` allows it`,
  );
}

/**
 * Lets a link be tried, or throws PrivacyError: content that the decision was made without is looked at before a cloud
 * gets it, and the person is asked about the first use of a cloud for a project. A local link is always let in.
 */
export async function admit(entrance: Entrance): Promise<Admission> {
  const { decision, step, privacy, options } = entrance;
  if (step.locality === 'local') return {};
  const { mustRedact } = await verdictOf(entrance);
  await requireConsent(entrance);
  if (!mustRedact) return {};
  return { redact: (texts) => privacy.redact(texts, decision.request, options.signal) };
}
