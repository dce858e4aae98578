import { MalformedReplyError } from '../../contracts/errors/provider-errors.ts';
import { StoreError } from '../../contracts/errors/resource-errors.ts';
import type { EmbeddingModel, EmbeddingRole, EmbeddingSpace } from '../../contracts/models/embedding-model.ts';
import { planBatches } from './plan-batches.ts';
import type { SizedText } from './plan-batches.ts';

/** What is asked of one target. */
interface ModelQuestion {
  readonly space: EmbeddingSpace;
  readonly texts: readonly SizedText[];
  readonly role: EmbeddingRole;
  /** For messages. */
  readonly targetId: string;
  readonly signal: AbortSignal;
}

/** Vectors in the order of the texts. */
export interface ModelAnswer {
  readonly vectors: readonly Float32Array[];
  readonly inputTokens?: number;
  /** The provider's own figure, USD; absent as soon as one request has none. */
  readonly costUsd?: number;
}

function requireSpace(answered: EmbeddingSpace, { space, targetId }: ModelQuestion): void {
  if (answered.spaceId === space.spaceId && answered.dimensions === space.dimensions) return;
  const message =
    `${targetId}: its vectors are of space ${answered.spaceId} with ${answered.dimensions} numbers, ` +
    `wanted ${space.spaceId} with ${space.dimensions}; nothing of it was kept`;
  throw new StoreError('E_STORE_MISMATCH', message, { location: targetId });
}

function requireVectors(vectors: readonly Float32Array[], count: number, question: ModelQuestion): void {
  const { targetId, space } = question;
  const fail = (text: string): never => {
    throw new MalformedReplyError(`${targetId}: ${text}`, { targetId });
  };
  if (vectors.length !== count) fail(`${vectors.length} vectors for ${count} texts`);
  vectors.forEach((vector, position) => {
    const which = `vector ${position + 1} of ${count}`;
    if (vector.length !== space.dimensions)
      fail(`${which} has ${vector.length} numbers instead of ${space.dimensions}`);
    if (!vector.every(Number.isFinite)) fail(`${which} holds something else than finite numbers`);
    if (vector.every((value) => value === 0)) fail(`${which} is all zeros; the model is no embedding model`);
  });
}

/**
 * Asks one target for the vectors of texts, in as many requests as its own limits want, and takes nothing that is not of
 * the space: StoreError for another space, MalformedReplyError for a wrong count, length or number.
 */
export async function askModel(model: EmbeddingModel, question: ModelQuestion): Promise<ModelAnswer> {
  requireSpace(model.space, question);
  const vectors: Float32Array[] = [];
  let counted: number | undefined;
  let costUsd: number | undefined = 0;
  for (const batch of planBatches(question.texts, model.limits)) {
    const texts = batch.map(({ text }) => text);
    const result = await model.embed(texts, question.role, question.signal);
    requireSpace({ ...model.space, spaceId: result.spaceId }, question);
    requireVectors(result.vectors, texts.length, question);
    vectors.push(...result.vectors);
    if (result.inputTokens !== undefined) counted = (counted ?? 0) + result.inputTokens;
    costUsd = costUsd === undefined || result.costUsd === undefined ? undefined : costUsd + result.costUsd;
  }
  return { vectors, inputTokens: counted, ...(vectors.length > 0 && costUsd !== undefined && { costUsd }) };
}
