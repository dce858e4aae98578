import { NoRouteError } from '../contracts/errors/provider-errors.ts';
import type { PurposeRequests } from './purpose-requests.ts';

/** Reasons shown; `wooster why` shows all. */
const SHOWN = 4;

/** What helps most: the model of the house needs one command, another model a server. */
const REMEDY =
  '`wooster setup` fetches the embedded model, `pnpm embedding-server` starts a server, `wooster health-check` tells more';

/** The line that helps, where nothing serves a purpose for these reasons. */
export function remedyOf(requests: PurposeRequests, reasons: readonly string[]): string {
  const server = requests.undeclaredServer();
  const isLeftOut =
    server !== undefined && reasons.some((reason) => reason.startsWith(server.id) && reason.includes('cloud:'));
  if (!isLeftOut) return REMEDY;
  return `set embeddings.declaredLocal: true if ${server.baseUrl ?? server.id} is on a machine of yours; ${REMEDY}`;
}

/** Reasons that say nothing to somebody who looks for a model of embeddings: there are other models than the wanted one. */
function isTelling(reason: string): boolean {
  return !/: (is not known to make embeddings|cannot make embeddings)$/.test(reason);
}

function reasonsOf({ details }: NoRouteError): readonly string[] {
  return Array.isArray(details.reasons) ? details.reasons.map(String) : [];
}

/** NoRouteError of a purpose: what was wanted, every reason against it, and the command that helps. */
export function noEmbedder(requests: PurposeRequests, errors: readonly NoRouteError[], cause?: unknown): NoRouteError {
  const { purpose, settings } = requests;
  const reasons = [...new Set(errors.flatMap(reasonsOf))];
  const first = cause instanceof Error && !errors.some((error) => error === cause) ? [cause.message] : [];
  const telling = [...first, ...reasons.filter(isTelling)];
  const shown = (telling.length > 0 ? telling : reasons).slice(0, SHOWN).join(' | ');
  const decisionId = errors.at(-1)?.details.decisionId;
  return new NoRouteError(
    `nothing makes embeddings of ${purpose} with ${settings.model}: ${shown || 'no provider is configured'}; ${remedyOf(requests, reasons)}`,
    { reasons, cause: cause ?? errors[0], decisionId: typeof decisionId === 'string' ? decisionId : undefined },
  );
}
