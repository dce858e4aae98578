import type { EmbedderEntry } from '../contracts/models/catalogue.ts';
import type { EmbeddingPurpose, EmbeddingSpace } from '../contracts/models/embedding-model.ts';
import { parseModelRef, toModelRef } from '../contracts/models/model-ref.ts';
import type { ModelRef } from '../contracts/models/model-ref.ts';
import { LOCAL_PRINCIPAL } from '../contracts/plugins/principal.ts';
import type { RouteStep } from '../contracts/routing/decision.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { EmbeddingPurposeSettings, HostSettings, ProviderEntry } from '../contracts/settings/settings.ts';
import { findEmbedder } from '../kernel/embedder-facts.ts';

/** The cloud model where the configuration names none. */
const CLOUD_REF = toModelRef('openai', 'text-embedding-3-small');

/** Names that OpenAI alone gives; LM Studio puts `text-embedding-` before other names. */
const OPENAI_NAME = /^text-embedding-(3-|ada-)/;

/** A model that is wanted in the place of the one that the settings name. */
export interface WantedModel {
  readonly model: string;
  readonly dimensions?: number;
}

/** Whose requests they are, and what they are made from. */
interface PurposeScope {
  readonly purpose: EmbeddingPurpose;
  readonly project?: string;
  readonly settings: HostSettings;
  readonly wanted?: WantedModel;
  readonly entries: () => readonly EmbedderEntry[];
}

/** What the settings say of one purpose, and the requests that follow from it. */
export class PurposeRequests {
  readonly purpose: EmbeddingPurpose;
  readonly project: string | undefined;
  readonly settings: EmbeddingPurposeSettings;
  readonly #providers: readonly ProviderEntry[];
  readonly #entries: () => readonly EmbedderEntry[];

  constructor({ purpose, project, settings, wanted, entries }: PurposeScope) {
    this.purpose = purpose;
    this.project = project;
    this.settings = { ...settings.embeddings[purpose], ...wanted };
    this.#providers = settings.providers;
    this.#entries = entries;
  }

  /** The wanted model, on any target that has it; where it is a cloud's, the cloud is not asked whether it has it. */
  wanted(): RouteRequest {
    const { model } = this.settings;
    const named = this.#namedRef();
    const embedder = this.#known(named === undefined ? model : named.slice(named.indexOf(':') + 1));
    return { ...this.#base(), needs: { embedder }, preferred: named };
  }

  /** The cloud model of the purpose; undefined where no setting permits one. */
  cloud(): RouteRequest | undefined {
    if (this.settings.permission === undefined) return undefined;
    const ref = this.cloudRef();
    const embedder = this.#known(ref.slice(ref.indexOf(':') + 1));
    return { ...this.#base(), needs: { embedder }, preferred: ref };
  }

  /**
   * Whether a target is known by the name in the settings alone. Its server may not have told its models yet, and what
   * it tells then, a digest or a name of its own, makes another space.
   */
  isOnlyNamed({ ref, embedder }: RouteStep): boolean {
    if (embedder?.digest !== undefined || (embedder?.quantization ?? 'unknown') !== 'unknown') return false;
    return this.#providers.some(({ id, model }) => model !== undefined && ref === toModelRef(id, model));
  }

  /** Targets of one space; `named` is a model that no list tells, since its server is not asked for one. */
  ofSpace({ spaceId, dimensions }: EmbeddingSpace, named?: ModelRef): RouteRequest {
    return { ...this.#base(), needs: { spaceId, dimensions }, preferred: named };
  }

  /** The reference of a wanted model that is written with its provider (`openai:...`), or is OpenAI's by its name. */
  #namedRef(): ModelRef | undefined {
    const { model } = this.settings;
    const parsed = parseModelRef(model);
    if (parsed !== undefined && this.#providers.some(({ id }) => id === parsed.providerId)) {
      return toModelRef(parsed.providerId, parsed.modelId);
    }
    return OPENAI_NAME.test(model) ? toModelRef('openai', model) : undefined;
  }

  /** The cloud model that may have made a space; its name is given, since a cloud is not asked for its list. */
  refOf({ name }: EmbeddingSpace): ModelRef {
    return OPENAI_NAME.test(name) ? toModelRef('openai', name) : this.cloudRef();
  }

  /** An entry for embeddings that names a model at a cloud of its own kind, else OpenAI's small model. */
  cloudRef(): ModelRef {
    const own = this.#providers.find(
      ({ tasks, model, purposes, isDeclaredLocal, kind, isEnabled }) =>
        isEnabled &&
        kind === 'openai' &&
        !isDeclaredLocal &&
        model !== undefined &&
        tasks?.includes('embed') === true &&
        (purposes === undefined || purposes.includes(this.purpose)),
    );
    return own?.model === undefined ? CLOUD_REF : toModelRef(own.id, own.model);
  }

  /** Providers configured for this purpose alone. */
  ownProviders(): ReadonlySet<string> {
    const own = this.#providers.filter(({ purposes }) => purposes?.includes(this.purpose) === true);
    return new Set(own.map(({ id }) => id));
  }

  /** The server configured for these texts that counts as a cloud, since nobody has declared it to be the user's own. */
  undeclaredServer(): ProviderEntry | undefined {
    return this.#providers.find(
      ({ tasks, purposes, isDeclaredLocal, isEnabled }) =>
        isEnabled &&
        !isDeclaredLocal &&
        tasks?.includes('embed') === true &&
        (purposes === undefined || purposes.includes(this.purpose)),
    );
  }

  #base(): RouteRequest {
    const { permission, refusal } = this.settings;
    return {
      task: 'embed',
      purpose: this.purpose,
      project: this.project,
      needs: {},
      // To learn what a model is, no text of anybody is sent.
      bound: { inputTokens: 0, outputTokens: 0 },
      privacy: refusal === undefined ? 'any' : 'local-only',
      privacyRule: refusal?.origin,
      principal: LOCAL_PRINCIPAL,
      latency: 'batch',
      permission,
    };
  }

  #known(name: string): string {
    return findEmbedder(name, this.#entries())?.id ?? name;
  }
}
