import { createHash } from 'node:crypto';
import { Embeddings } from '@langchain/core/embeddings';
import { NoRouteError } from '../../src/contracts/errors/provider-errors.ts';
import type {
  EmbeddingPurpose,
  EmbeddingSpace,
  EmbeddingsFactory,
  EmbedOptions,
  SpaceBoundEmbeddings,
  TokenCounts,
} from '../../src/contracts/models/embedding-model.ts';
import type { Locality } from '../../src/contracts/models/model-info.ts';
import { spaceOf } from '../../src/embeddings/space.ts';
import { CANARY_TEXTS } from '../../src/kernel/spaces/canaries.ts';

/** The space of a double: the name tells two of them apart. */
export function spaceDouble(name = 'double', dimensions = 64): EmbeddingSpace {
  return spaceOf(
    {
      name,
      pooling: 'mean',
      isNormalized: true,
      queryPrefix: '',
      documentPrefix: '',
      quantization: 'none',
      shorterDimensions: [],
    },
    dimensions,
  );
}

/**
 * A unit vector of the words of a text: each word falls into one place by its hash, so that texts with common words are
 * near. Another space puts the words elsewhere.
 */
function vectorOf(text: string, { name, dimensions }: EmbeddingSpace): Float32Array {
  const vector = new Float32Array(dimensions);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? ['']) {
    const hash = createHash('sha256').update(`${name} ${word}`).digest();
    const place = hash.readUInt32LE(0) % dimensions;
    vector[place] = (vector[place] ?? 0) + ((hash.at(4) ?? 0) % 2 === 0 ? 1 : -1) * 0.5 + 0.75;
  }
  const length = Math.hypot(...vector) || 1;
  return vector.map((value) => value / length);
}

/** Space-bound embeddings without a model: deterministic, one token a word, with a count of what was asked. */
export class EmbeddingsDouble extends Embeddings implements SpaceBoundEmbeddings {
  readonly space: EmbeddingSpace;
  readonly limits = { inputs: 32, tokensPerInput: 256, tokensPerRequest: 8192 };
  readonly locality: Locality;
  /** Set by tests of what stands in for a wanted model. */
  isStandIn = false;
  /** Every text that was embedded, in order, but the canaries. */
  readonly embedded: string[] = [];
  /** How often the canaries were embedded. */
  canaryReadings = 0;
  /** Changes what the model makes of texts, as a model that changed behind its name does. */
  distort: (vector: Float32Array) => Float32Array = (vector) => vector;
  /** Thrown instead of an answer, once this many texts have been embedded. */
  failure: { readonly after: number; readonly error: Error } | undefined;

  constructor(space: EmbeddingSpace = spaceDouble(), locality: Locality = 'local') {
    super({ maxRetries: 0 });
    this.locality = locality;
    this.space = space;
  }

  embed(texts: readonly string[], { signal, onProgress }: EmbedOptions): Promise<readonly Float32Array[]> {
    signal.throwIfAborted();
    if (this.failure !== undefined && this.embedded.length + texts.length > this.failure.after) {
      return Promise.reject(this.failure.error);
    }
    if (texts[0] === CANARY_TEXTS[0]) this.canaryReadings += 1;
    else this.embedded.push(...texts);
    onProgress?.(texts.length, texts.length);
    return Promise.resolve(texts.map((text) => this.distort(vectorOf(text, this.space))));
  }

  countTokens(texts: readonly string[]): Promise<TokenCounts> {
    const counts = texts.map((text) => (text.match(/[\p{L}\p{N}]+|[^\s\p{L}\p{N}]/gu) ?? []).length + 2);
    return Promise.resolve({ counts, precision: 'exact' });
  }

  usdOf(inputTokens: number): number | undefined {
    return this.locality === 'local' ? 0 : inputTokens / 1e6;
  }

  forget(texts: readonly string[]): void {
    for (const text of texts) {
      const at = this.embedded.indexOf(text);
      if (at !== -1) this.embedded.splice(at, 1);
    }
  }

  override async embedDocuments(texts: string[]): Promise<number[][]> {
    const vectors = await this.embed(texts, { role: 'document', signal: new AbortController().signal });
    return vectors.map((vector) => [...vector]);
  }

  override async embedQuery(text: string): Promise<number[]> {
    return [...vectorOf(text, this.space)];
  }
}

/** A factory over doubles: `current` serves every purpose; `others` are found by their space. */
export function embeddingsFactoryDouble(
  current: EmbeddingsDouble | Error = new EmbeddingsDouble(),
  others: readonly EmbeddingsDouble[] = [],
): EmbeddingsFactory {
  return {
    for: () => (current instanceof Error ? Promise.reject(current) : Promise.resolve(current)),
    ofSpace: (space: EmbeddingSpace, _purpose: EmbeddingPurpose) => {
      const known = current instanceof Error ? others : [current, ...others];
      return Promise.resolve(known.find((each) => each.space.spaceId === space.spaceId));
    },
    named: ({ model, dimensions }: { readonly model: string; readonly dimensions?: number }) => {
      const known = current instanceof Error ? others : [current, ...others];
      const found = known.find(
        ({ space }) => space.name === model && (dimensions === undefined || space.dimensions === dimensions),
      );
      return found === undefined
        ? Promise.reject(new NoRouteError(`nothing serves ${model}`, { reasons: [] }))
        : Promise.resolve(found);
    },
    status: () => Promise.resolve({ models: [], purposes: [] }),
  };
}
