import type { EmbedderStatus, EmbeddingsFactory, PurposeStatus } from '../contracts/models/embedding-model.ts';
import type { RouteDecision } from '../contracts/routing/decision.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import { remedyOf } from './no-embedder.ts';
import type { PurposeRequests } from './purpose-requests.ts';
import type { SpaceBook } from './space-book.ts';

/** A look at a server that is younger is not repeated. */
const MAX_AGE_MS = 5_000;

/** What is looked at. */
interface EmbedderLook {
  readonly router: ModelRouterService;
  readonly purposes: readonly PurposeRequests[];
  readonly book: SpaceBook;
  readonly signal: AbortSignal;
}

interface Seen {
  readonly status: PurposeStatus;
  readonly decision?: RouteDecision;
}

function problemOf({ rejected }: RouteDecision, requests: PurposeRequests): string {
  const reasons = rejected
    .filter(({ reasons: all }) => !all.some(({ filter }) => filter === 'task'))
    .map(({ targetId, reasons: all }) => `${targetId}: ${all.map(({ text }) => text).join('; ')}`);
  const told = reasons.join(' | ') || 'no provider is configured';
  return `nothing serves ${requests.settings.model}: ${told}; ${remedyOf(requests, reasons)}`;
}

async function lookAtPurpose(requests: PurposeRequests, { router, book, signal }: EmbedderLook): Promise<Seen> {
  const { purpose, settings } = requests;
  const { isEnabled, model, dimensions, fallbackToCloud, disabledReason } = settings;
  const base = { purpose, isEnabled, model, dimensions, fallbackToCloud };
  if (!isEnabled) {
    return { status: { ...base, problem: `off: ${disabledReason ?? `embeddings.${purpose}.enabled is not true`}` } };
  }
  let decision = await router.decide({ ...requests.wanted(), isPreview: true }, signal);
  const cloud = decision.chain.length === 0 ? requests.cloud() : undefined;
  if (cloud !== undefined) {
    const second = await router.decide({ ...cloud, isPreview: true }, signal);
    if (second.chain.length > 0) decision = second;
  }
  const step = book.choose(requests, decision.chain);
  if (step === undefined) return { status: { ...base, problem: problemOf(decision, requests) }, decision };
  return { status: { ...base, dimensions: dimensions ?? step.embedder?.dimensions, ref: step.ref }, decision };
}

/** Every embedding model that servers list and every purpose as it stands; asks servers for their health and lists only. */
export async function lookAtEmbedders(look: EmbedderLook): ReturnType<EmbeddingsFactory['status']> {
  const { router, purposes, signal } = look;
  await router.refresh(signal, MAX_AGE_MS);
  const seen: Seen[] = [];
  for (const requests of purposes) seen.push(await lookAtPurpose(requests, look));
  const models = router.status().targets.flatMap(({ ref, targetId, model, health, unavailable }): EmbedderStatus[] => {
    const facts = model.embedder?.value;
    if (facts === undefined || model.capabilities.embed?.value === false) return [];
    const servesPurposes = seen.flatMap(({ status, decision }) =>
      decision?.chain.some((step) => step.ref === ref) === true ? [status.purpose] : [],
    );
    const detail = unavailable ?? health.report?.detail;
    return [{ ref, targetId, locality: model.locality.value, facts, state: health.state, detail, servesPurposes }];
  });
  return { models, purposes: seen.map(({ status }) => status) };
}
