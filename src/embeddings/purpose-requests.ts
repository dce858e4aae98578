import type { EmbedderEntry } from '../contracts/models/catalogue.ts';
import type { EmbeddingPurpose, EmbeddingSpace } from '../contracts/models/embedding-model.ts';
import { toModelRef } from '../contracts/models/model-ref.ts';
import type { ModelRef } from '../contracts/models/model-ref.ts';
import { LOCAL_PRINCIPAL } from '../contracts/plugins/principal.ts';
import type { RouteRequest } from '../contracts/routing/route-request.ts';
import type { EmbeddingPurposeSettings, HostSettings, ProviderEntry } from '../contracts/settings/settings.ts';
import { findEmbedder } from '../kernel/embedder-facts.ts';

/** The cloud model where the configuration names none. */
const CLOUD_REF = toModelRef('openai', 'text-embedding-3-small');

/** What the settings say of one purpose, and the requests that follow from it. */
export class PurposeRequests {
  readonly purpose: EmbeddingPurpose;
  readonly settings: EmbeddingPurposeSettings;
  readonly #providers: readonly ProviderEntry[];
  readonly #entries: () => readonly EmbedderEntry[];

  constructor(purpose: EmbeddingPurpose, settings: HostSettings, entries: () => readonly EmbedderEntry[]) {
    this.purpose = purpose;
    this.settings = settings.embeddings[purpose];
    this.#providers = settings.providers;
    this.#entries = entries;
  }

  /** The wanted model, on any target that has it. */
  wanted(): RouteRequest {
    return { ...this.#base(), needs: { embedder: this.#known(this.settings.model) } };
  }

  /** The cloud model of the purpose; undefined where no setting permits one. */
  cloud(): RouteRequest | undefined {
    if (this.settings.permission === undefined) return undefined;
    const ref = this.cloudRef();
    const embedder = this.#known(ref.slice(ref.indexOf(':') + 1));
    return { ...this.#base(), needs: { embedder }, preferred: ref };
  }

  /** Targets of one space; `named` is a model that no list tells, since its server is not asked for one. */
  ofSpace({ spaceId, dimensions }: EmbeddingSpace, named?: ModelRef): RouteRequest {
    return { ...this.#base(), needs: { spaceId, dimensions }, preferred: named };
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

  #base(): RouteRequest {
    const { permission, refusal } = this.settings;
    return {
      task: 'embed',
      purpose: this.purpose,
      needs: {},
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
