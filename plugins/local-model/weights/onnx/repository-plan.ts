import {
  CancelledError,
  ConfigError,
  isWoosterError,
  MissingDependencyError,
  ModelNotFoundError,
  ProviderAuthError,
} from 'wooster';
import { hubFileFacts, type HubFileFacts } from '../hub/hub-file-facts.ts';
import type { DownloadLimits } from '../hub/hub-answer.ts';
import { onnxChoices, OPTIONAL_FILES, type OnnxConfig } from './onnx-files.ts';

/** One file of a repository, with what the hub tells of it. */
export interface PlannedFile extends HubFileFacts {
  /** Path in the repository. */
  readonly path: string;
  readonly revision: string;
}

/** Which repository of which hub. */
interface RepositoryQuestion {
  readonly baseUrl: string;
  readonly repository: string;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
  /** Where the person may put the files instead, for errors. */
  readonly folder: string;
}

/** Asks a hub which files of a repository there are; every file is of the one state that the first was of. */
export class RepositoryPlan {
  readonly #question: RepositoryQuestion;
  #revision = 'main';

  constructor(question: RepositoryQuestion) {
    this.#question = question;
  }

  /** `config.json`, which decides about the others. E_MODEL_NOT_FOUND when the hub has no such repository. */
  async config(): Promise<PlannedFile> {
    const { repository, folder, baseUrl } = this.#question;
    const file = await this.#ask('config.json').catch((error: unknown) => {
      // A hub answers in this way too when it does not want to say that there is none.
      if (error instanceof ProviderAuthError) return undefined;
      throw error;
    });
    if (file !== undefined) return file;
    const text = `the model hub ${new URL(baseUrl).host} has no public model ${repository}; correct embedded.model, or put the files into ${folder}`;
    throw new ModelNotFoundError(text, { model: repository });
  }

  /** The other files, the weights last, once `config.json` is read. E_MODEL_NOT_FOUND when the repository has no ONNX files of the kind. */
  async others(config: OnnxConfig): Promise<readonly PlannedFile[]> {
    const tokenizer = await this.#ask('tokenizer.json');
    if (tokenizer === undefined) throw this.#lacks('tokenizer.json');
    const optional: PlannedFile[] = [];
    for (const path of OPTIONAL_FILES) {
      const file = await this.#ask(path);
      if (file !== undefined) optional.push(file);
    }
    return [tokenizer, ...optional, ...(await this.#weights(config))];
  }

  async #weights(config: OnnxConfig): Promise<readonly PlannedFile[]> {
    const choices = onnxChoices(config);
    for (const { files } of choices) {
      const found: PlannedFile[] = [];
      for (const path of files) {
        const file = await this.#ask(path);
        if (file === undefined) break;
        found.push(file);
      }
      if (found.length === files.length) return found;
    }
    throw this.#lacks(choices[0]?.files.join(' and ') ?? 'onnx');
  }

  async #ask(path: string): Promise<PlannedFile | undefined> {
    const { baseUrl, repository, limits, signal } = this.#question;
    const revision = this.#revision;
    const file = { kind: 'hub', repository, revision, file: path } as const;
    const facts = await hubFileFacts({ baseUrl, file, limits, signal }).catch((error: unknown) => {
      throw this.#explained(error);
    });
    if (facts === undefined) return undefined;
    if (!Number.isSafeInteger(facts.bytes)) throw this.#notFetched(`the model hub does not tell the size of ${path}`);
    this.#revision = facts.commit ?? revision;
    return { ...facts, path, revision: this.#revision };
  }

  /** A hub that does not answer as it should is told with what helps; what says it all by itself is left as it is. */
  #explained(error: unknown): unknown {
    const isTold = [CancelledError, ConfigError, ProviderAuthError].some((known) => error instanceof known);
    return isTold || !isWoosterError(error) ? error : this.#notFetched(error.message, error);
  }

  #notFetched(reason: string, cause?: unknown): MissingDependencyError {
    const { repository, folder } = this.#question;
    const install = `put its files into ${folder}, or try again with a connection`;
    const text = `${repository} could not be fetched (${reason}); ${install}`;
    return new MissingDependencyError(text, { cause, dependency: repository, install });
  }

  #lacks(file: string): ModelNotFoundError {
    const { repository } = this.#question;
    const text = `${repository} has no ${file}, nor another form of it, so it cannot run in Wooster; set embedded.model to a repository with ONNX files for transformers.js, or to a GGUF file`;
    return new ModelNotFoundError(text, { model: repository });
  }
}
