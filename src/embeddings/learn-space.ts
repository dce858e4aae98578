import { ConfigError } from '../contracts/errors/host-errors.ts';
import { CapabilityError } from '../contracts/errors/provider-errors.ts';
import type {
  EmbedderFacts,
  EmbeddingLimits,
  EmbeddingModel,
  EmbeddingPurpose,
} from '../contracts/models/embedding-model.ts';
import type { RouteDecision, RouteStep } from '../contracts/routing/decision.ts';
import type { ModelRouterService } from '../contracts/routing/router.ts';
import { executeOnce } from './routed/held-route.ts';

/** A provider embeds one short word for it, which a cloud charges for. */
const SENT_TO_LEARN: readonly string[] = ['dimensions'];

/** What a target has shown of its model. */
export interface LearnedTarget {
  readonly step: RouteStep;
  readonly facts: EmbedderFacts;
  /** Length of its vectors as they come. */
  readonly dimensions: number;
  readonly limits: EmbeddingLimits;
}

/** Tells whether two targets of one name have the same model behind it. */
export function learnedKey({ targetId, embedder }: RouteStep): string {
  return JSON.stringify([targetId, embedder?.name, embedder?.digest, embedder?.quantization]);
}

function requireKnownLength({ name, dimensions, shorterDimensions }: EmbedderFacts, real: number, at: string): void {
  if (dimensions === undefined || real === dimensions || shorterDimensions.includes(real)) return;
  // As a lack of the target it keeps this target out of later decisions, so that it does not fail once for each batch.
  throw new CapabilityError(
    `${at}: its vectors have ${real} numbers, those of ${name} have ${dimensions}: it serves another model under that name`,
    { capability: 'embed', targetId: at },
  );
}

function learn({ space, limits }: EmbeddingModel, step: RouteStep): Promise<LearnedTarget> {
  const facts = step.embedder!;
  requireKnownLength(facts, space.dimensions, step.targetId);
  return Promise.resolve({ step, facts, dimensions: space.dimensions, limits });
}

/**
 * The length of the vectors of the first target that answers, learned with one vector, which also shows that it works.
 * Throws the last failure, NoRouteError for an empty chain.
 */
export function learnTarget(
  router: ModelRouterService,
  decision: RouteDecision,
  signal: AbortSignal,
): Promise<LearnedTarget> {
  return executeOnce(router, decision, { use: learn, texts: SENT_TO_LEARN }, { signal });
}

/** Whether the vectors of a target have a length, or may be cut to it. */
export function canMake({ facts, dimensions }: LearnedTarget, wanted: number): boolean {
  return wanted === dimensions || (wanted < dimensions && facts.shorterDimensions.includes(wanted));
}

/**
 * The length that vectors of a purpose shall have: the model's own, or the configured one where the model was trained to
 * be cut to it; any other is a ConfigError that names both.
 */
export function agreedDimensions(
  learned: LearnedTarget,
  purpose: EmbeddingPurpose,
  configured: number | undefined,
): number {
  const { step, facts, dimensions } = learned;
  if (configured === undefined) return dimensions;
  if (canMake(learned, configured)) return configured;
  const path = `embeddings.${purpose}.dimensions`;
  const message =
    `${path} is ${configured} but ${facts.name} at ${step.targetId} answers ${dimensions}; ` +
    `correct ${path}, or choose another embeddings.${purpose}.model`;
  throw new ConfigError(message, { path });
}

/** The length that vectors of a named model shall have; ConfigError, with those there are, for one it cannot be cut to. */
export function wantedDimensions(learned: LearnedTarget, wanted: number | undefined): number {
  const { step, facts, dimensions } = learned;
  if (wanted === undefined || canMake(learned, wanted)) return wanted ?? dimensions;
  const shorter = facts.shorterDimensions.filter((length) => length < dimensions);
  const others = shorter.length === 0 ? 'and cannot be cut' : `and can be cut to ${shorter.join(', ')}`;
  const message = `vectors of ${facts.name} at ${step.targetId} have ${dimensions} numbers ${others}: ${wanted} is none of these`;
  throw new ConfigError(message, { path: 'dimensions' });
}
