import type * as TransformersModule from '@huggingface/transformers';
import type { DynamicCache, PreTrainedModel } from '@huggingface/transformers';

/** Prompt tokens read between two looks at the abort signal, and at who else wants to be heard. */
const CHUNK = 64;

/** A prompt as the package takes it, with what was read of it before. */
interface ReadPrompt {
  readonly inputs: object;
  /** Tokens at its beginning that needed no reading. */
  readonly cachedTokens: number;
}

/**
 * What a model that goes on with a text has read. A prompt is read piece by piece, so that nobody waits for the whole of
 * it, and one that begins with all that was read before is read from there on.
 */
export class PromptReader {
  readonly #module: typeof TransformersModule;
  readonly #model: PreTrainedModel;
  readonly #isInPieces: boolean;
  #cache: DynamicCache | undefined;
  #read: readonly number[] = [];

  constructor(module: typeof TransformersModule, model: PreTrainedModel) {
    this.#module = module;
    this.#model = model;
    const session = (model.sessions as Readonly<Record<string, { readonly inputNames: readonly string[] }>>)['model'];
    const names = session?.inputNames ?? [];
    // The part of an older, merged file that knows a past was made for one token at a time; a model of two files has an encoder.
    this.#isInPieces = names.some((name) => name.startsWith('past')) && !names.includes('use_cache_branch');
  }

  /** Reads all of a prompt but its last piece, which gives the first token of the answer. */
  async read(prompt: readonly number[]): Promise<ReadPrompt> {
    if (!this.#isInPieces) return { inputs: this.#inputs(prompt), cachedTokens: 0 };
    const isGoingOn = prompt.length > this.#read.length && this.#read.every((token, place) => token === prompt[place]);
    const cachedTokens = isGoingOn ? this.#read.length : 0;
    const cache = (isGoingOn ? this.#cache : undefined) ?? new this.#module.DynamicCache();
    // Whatever interrupts what follows leaves a cache of which nobody knows what it holds.
    this.forget();
    for (let end = cachedTokens + CHUNK; end < prompt.length; end += CHUNK) {
      const piece = { ...this.#inputs(prompt.slice(0, end)), past_key_values: cache };
      await this.#model.generate({ ...piece, max_new_tokens: 1, do_sample: false, num_beams: 1 });
    }
    this.#cache = cache;
    return { inputs: { ...this.#inputs(prompt), past_key_values: cache }, cachedTokens };
  }

  /** Remembers the prompt and the answer made from it; the last token of an answer has not been read. */
  remember(tokens: readonly number[]): void {
    this.#read = tokens.slice(0, this.#cache?.get_seq_length() ?? 0);
  }

  /** Gives up what was read. */
  forget(): void {
    this.#cache = undefined;
    this.#read = [];
  }

  #inputs(prompt: readonly number[]): object {
    const { Tensor } = this.#module;
    const shape = [1, prompt.length];
    return {
      inputs: new Tensor('int64', BigInt64Array.from(prompt, BigInt), shape),
      attention_mask: new Tensor('int64', new BigInt64Array(prompt.length).fill(1n), shape),
    };
  }
}
