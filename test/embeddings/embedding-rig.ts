import type {
  EmbedderEntry,
  EmbeddingCall,
  EmbeddingLimits,
  EmbeddingModel,
  EmbeddingRole,
  EmbeddingsFactory,
  HostSettings,
  ModelInfo,
  ProviderEntry,
} from '../../src/index.ts';
import { createEmbeddingsFactory, EMBEDDERS, FILTERS, spaceFilter, spaceOf } from '../../src/index.ts';
import { BUILT_IN_FILTERS } from '../../src/routing/filters/built-in-filters.ts';
import { rigOf, scripted } from '../routing/doubles/rig.ts';
import type { RigOptions, ScriptedEntry } from '../routing/doubles/rig.ts';
import { ScriptedProvider } from '../routing/doubles/scripted-provider.ts';

/** One request that a scripted embedder got. */
export interface SeenRequest {
  readonly modelId: string;
  readonly texts: readonly string[];
  readonly role: EmbeddingRole;
}

/** A model of a scripted embedder; its digest and build are what its server tells. */
export interface ScriptedEmbedderModel {
  readonly id: string;
  readonly digest?: string;
  readonly quantization?: string;
  readonly dimensions: number;
  readonly canEmbed?: boolean;
}

/** A vector that tells its text: the length of the text, its first letter, then ones. */
export function vectorOf(text: string, dimensions: number): Float32Array {
  const vector = new Float32Array(dimensions).fill(1);
  vector[0] = text.length + 1;
  vector[1] = text.codePointAt(0) ?? 0;
  return vector;
}

/** A provider in memory that embeds; what goes wrong is set by the test. */
export class ScriptedEmbedder extends ScriptedProvider {
  readonly requests: SeenRequest[] = [];
  readonly embedderModels: readonly ScriptedEmbedderModel[];
  limits: EmbeddingLimits = { inputs: 4, tokensPerInput: 256, tokensPerRequest: 4096 };
  /** Called before each answer; may throw or wait. */
  before: (request: SeenRequest, call: EmbeddingCall) => void | Promise<void> = () => undefined;
  /** Changes the vectors of an answer. */
  answer: (vectors: Float32Array[]) => Float32Array[] = (vectors) => vectors;
  spaceIdOverride: string | undefined;
  countPrecision: 'exact' | 'estimate' = 'exact';
  counts = 0;

  constructor(id: string, models: readonly ScriptedEmbedderModel[], address?: string) {
    super(id, [], address);
    this.embedderModels = models;
  }

  override listModels(): Promise<readonly ModelInfo[]> {
    this.lists += 1;
    if (!this.isUp) return Promise.reject(new Error('refused'));
    return Promise.resolve(
      this.embedderModels.map(({ id, digest, quantization, canEmbed }) => ({
        ref: `${this.id}:${id}` as const,
        providerId: this.id,
        modelId: id,
        locality: { value: 'local', origin: 'server' } as const,
        capabilities: canEmbed === undefined ? {} : { embed: { value: canEmbed, origin: 'server' } as const },
        digest: digest === undefined ? undefined : { value: digest, origin: 'server' },
        quantization: quantization === undefined ? undefined : { value: quantization, origin: 'server' },
      })),
    );
  }

  async embeddings(modelId: string, call: EmbeddingCall): Promise<EmbeddingModel> {
    this.contexts.push(call);
    const real = this.embedderModels.find(({ id }) => id === modelId)?.dimensions ?? 0;
    const known = call.dimensions ?? call.embedder.dimensions;
    if (known === undefined) await this.#answer({ modelId, texts: ['dimensions'], role: 'query' }, call);
    const space = spaceOf(call.embedder, known ?? real);
    return {
      space,
      limits: this.limits,
      embed: async (texts, role) => ({
        spaceId: this.spaceIdOverride ?? space.spaceId,
        vectors: this.answer(await this.#answer({ modelId, texts, role }, call)),
        inputTokens: texts.length,
      }),
      countTokens: (texts) => {
        this.counts += 1;
        return Promise.resolve({ counts: texts.map((text) => text.length), precision: this.countPrecision });
      },
    };
  }

  async #answer(request: SeenRequest, call: EmbeddingCall): Promise<Float32Array[]> {
    this.requests.push(request);
    await this.before(request, call);
    const real = this.embedderModels.find(({ id }) => id === request.modelId)?.dimensions ?? 0;
    return request.texts.map((text) => vectorOf(text, real));
  }
}

export const MINI: EmbedderEntry = {
  id: 'sentence-transformers/all-MiniLM-L6-v2',
  matches: ['all-minilm', 'mini'],
  source: 'test',
  date: '2026-11-21',
  dimensions: 8,
  maxTokens: 256,
  pooling: 'mean',
  isNormalized: true,
  queryPrefix: '',
  documentPrefix: '',
};

export const NOMIC: EmbedderEntry = {
  ...MINI,
  id: 'nomic-ai/nomic-embed-text-v1.5',
  matches: ['nomic-embed-text'],
  dimensions: 16,
  shorterDimensions: [8],
  queryPrefix: 'search_query: ',
  documentPrefix: 'search_document: ',
};

export const CLOUD: EmbedderEntry = {
  ...MINI,
  id: 'text-embedding-3-small',
  matches: [],
  dimensions: 12,
  maxTokens: 8192,
};

export type EmbedderDouble = Omit<ScriptedEntry, 'provider'> & { readonly provider: ScriptedEmbedder };

/** One scripted embedder with its configuration; local unless told otherwise. */
export function embedder(
  id: string,
  models: readonly ScriptedEmbedderModel[],
  options: Partial<ProviderEntry> & { locality?: ScriptedEntry['locality'] } = {},
): EmbedderDouble {
  const made = scripted(id, [], options);
  return { ...made, provider: new ScriptedEmbedder(id, models, made.provider.address) };
}

/** A router over scripted embedders, and the factory on it. */
export function embeddingRig(options: RigOptions & { readonly entries?: readonly EmbedderEntry[] }) {
  const { entries = [MINI, NOMIC, CLOUD], ...rest } = options;
  const rig = rigOf(rest);
  rig.extensions.put(FILTERS, [...BUILT_IN_FILTERS, spaceFilter]);
  rig.extensions.put(EMBEDDERS, entries);
  const { router, settings, extensions, state, clock, log } = rig;
  const makeFactory = (): EmbeddingsFactory =>
    createEmbeddingsFactory({ router, settings, extensions, state, clock, log });
  return { ...rig, factory: makeFactory(), makeFactory };
}

/** Settings of one purpose: on, with the small model, without a cloud. */
export function purposeSettings(
  change: Partial<HostSettings['embeddings']['projects']> = {},
): HostSettings['embeddings']['projects'] {
  return { isEnabled: true, model: 'mini', fallbackToCloud: false, ...change };
}
