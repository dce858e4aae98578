import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setImmediate } from 'node:timers/promises';
import type * as TransformersModule from '@huggingface/transformers';
import type { PreTrainedModel } from '@huggingface/transformers';
import type { GenerationOutcome, Sampling } from '../child/generation-slot.ts';
import type { OnnxChatSettings, ServedModel } from '../engine-messages.ts';
import { AnswerText } from './answer-text.ts';
import { dialogueText, DIALOGUE_STOPS, instructionText, type PlainTurn } from './conversation-text.ts';
import { OnnxTokenizer } from './onnx-tokenizer.ts';
import { PromptReader } from './prompt-reader.ts';
import { TokenSampler } from './token-sampler.ts';
import { importTransformers, sessionOptions } from './transformers-module.ts';

/** How a conversation becomes a prompt: by the template of the model, as a dialogue to go on with, or as one instruction. */
type PromptForm = 'template' | 'dialogue' | 'instruction';

/** A conversation as the model reads it. */
interface OnnxPrompt {
  readonly tokens: readonly number[];
  /** Texts that end an answer besides those of the caller. */
  readonly stops: readonly string[];
}

/** One run of the model over a prompt. */
interface OnnxGeneration {
  readonly prompt: readonly number[];
  readonly sampling: Sampling;
  readonly maxTokens: number;
  readonly signal: AbortSignal;
  /** Takes text as it comes; returns true to end the answer here. */
  readonly onText: (text: string) => boolean;
}

/** How an answer ended and what it took. */
export interface OnnxOutcome extends GenerationOutcome {
  /** Tokens at the beginning of the prompt that needed no reading. */
  readonly cachedTokens: number;
}

/** What the model's own files say about how it is best sampled. */
interface OwnSampling {
  readonly do_sample?: boolean;
  readonly temperature?: number;
  readonly top_p?: number;
  readonly top_k?: number;
  readonly eos_token_id?: number | readonly number[] | null;
}

interface Parts {
  readonly module: typeof TransformersModule;
  readonly tokenizer: OnnxTokenizer;
  readonly model: PreTrainedModel;
  readonly config: OwnSampling;
  readonly isEncoderDecoder: boolean;
  readonly settings: OnnxChatSettings;
}

/** A chat model of ONNX files with its tokenizer, run by transformers.js on the CPU; one answer at a time. */
export class OnnxLanguageModel {
  readonly facts: ServedModel;
  readonly form: PromptForm;
  readonly ownSampling: OwnSampling;
  readonly #parts: Parts;
  readonly #endTokens: ReadonlySet<number>;
  readonly #reader: PromptReader;
  /** Of the answer that is being made. */
  #signal: AbortSignal | undefined;

  private constructor(parts: Parts) {
    const { settings, tokenizer, model, config, isEncoderDecoder } = parts;
    this.#parts = parts;
    this.facts = { contextTokens: settings.contextTokens, sizeBytes: settings.sizeBytes, name: settings.modelId };
    this.form = isEncoderDecoder ? 'instruction' : tokenizer.hasTemplate ? 'template' : 'dialogue';
    this.ownSampling = { ...config, ...(model.generation_config as OwnSampling | null) };
    const ends = [this.ownSampling.eos_token_id ?? [], tokenizer.endToken ?? []].flat();
    this.#endTokens = new Set(ends);
    this.#letOthersSpeak();
    this.#reader = new PromptReader(parts.module, model);
  }

  /** Loads the files; rejects with what the engine package threw. It reads no other file and opens no connection. */
  static async load(settings: OnnxChatSettings): Promise<OnnxLanguageModel> {
    const folder = settings.modelPath;
    const config = JSON.parse(await readFile(join(folder, 'config.json'), 'utf8')) as Record<string, unknown>;
    const module = await importTransformers(settings.enginePackage);
    const isEncoderDecoder = config['is_encoder_decoder'] === true;
    const Auto = isEncoderDecoder ? module.AutoModelForSeq2SeqLM : module.AutoModelForCausalLM;
    const type = String(config['model_type']);
    if (!Auto.supports(type)) throw new Error(`transformers.js has no chat model of the type ${type}`);
    const tokenizer = await OnnxTokenizer.load(module, folder);
    const model = await Auto.from_pretrained(folder, {
      config: new module.PretrainedConfig(config),
      local_files_only: true,
      dtype: settings.dtype as 'q8',
      device: 'cpu',
      session_options: sessionOptions(settings.threads),
      ...(isEncoderDecoder ? {} : { model_file_name: settings.modelFile }),
    });
    return new OnnxLanguageModel({ module, tokenizer, model, config, isEncoderDecoder, settings });
  }

  /** Tokens that an answer to a prompt of this length may have: a model that writes into another text has its window for itself. */
  room(promptTokens: number): number {
    const { contextTokens } = this.facts;
    if (!this.#parts.isEncoderDecoder) return contextTokens - promptTokens;
    return promptTokens > contextTokens ? 0 : contextTokens;
  }

  tokenize(text: string): readonly number[] {
    return this.#parts.tokenizer.encode(text, true);
  }

  /** Renders a conversation. Text in it cannot become control tokens. */
  prompt(conversation: readonly PlainTurn[]): OnnxPrompt {
    const { tokenizer } = this.#parts;
    const turns = tokenizer.tame(conversation);
    if (this.form === 'template') return { tokens: tokenizer.encode(tokenizer.render(turns), true), stops: [] };
    if (this.form === 'dialogue') return { tokens: tokenizer.encode(dialogueText(turns)), stops: DIALOGUE_STOPS };
    const hasRoom = (text: string): boolean => tokenizer.encode(text).length <= this.facts.contextTokens;
    return { tokens: tokenizer.encode(instructionText(turns, hasRoom)), stops: [] };
  }

  /** Makes an answer; rejects with the signal's reason soon after an abort. The prompt must fit the window. */
  async generate({ prompt, sampling, maxTokens, signal, onText }: OnnxGeneration): Promise<OnnxOutcome> {
    const { tokenizer, model } = this.#parts;
    const startedMs = performance.now();
    const text = new AnswerText((tokens) => tokenizer.decode(tokens));
    const made: number[] = [];
    let promptMs = 0;
    let isOver = false;
    const take = (token: number): void => {
      if (made.length === 0) promptMs = performance.now() - startedMs;
      made.push(token);
      isOver = this.#endTokens.has(token) || onText(text.write(token));
    };
    const hooks = this.#hooks(new TokenSampler(sampling), take, () => isOver);
    this.#signal = signal;
    try {
      await hearOthers();
      signal.throwIfAborted();
      const { inputs, cachedTokens } = await this.#reader.read(prompt);
      await model.generate({ ...inputs, ...hooks, max_new_tokens: maxTokens });
      this.#reader.remember([...prompt, ...made]);
      isOver = onText(text.end()) || isOver;
      const generatedTokens = made.filter((token) => !this.#endTokens.has(token)).length;
      const generationMs = performance.now() - startedMs - promptMs;
      return { reason: isOver ? 'stop' : 'length', generatedTokens, promptMs, generationMs, cachedTokens };
    } catch (error) {
      this.#reader.forget();
      throw error;
    } finally {
      this.#signal = undefined;
    }
  }

  /** What takes part in the making of each token. The package samples without a seed and without a share, so it is left one choice. */
  #hooks(sampler: TokenSampler, take: (token: number) => void, isOver: () => boolean): object {
    let isPrompt = true;
    return {
      do_sample: false,
      num_beams: 1,
      // It would end each answer that is cut as if it had ended by itself.
      forced_eos_token_id: null,
      ...(this.#endTokens.size === 0 ? {} : { eos_token_id: [...this.#endTokens] }),
      logits_processor: [
        (_: unknown, logits: TransformersModule.Tensor) => {
          const scores = logits.data as Float32Array;
          const token = sampler.choose(scores);
          scores.fill(-Infinity);
          scores[token] = 0;
          return logits;
        },
      ],
      stopping_criteria: [() => [isOver()]],
      streamer: {
        put: (tokens: readonly (readonly bigint[])[]): void => {
          if (!isPrompt) take(Number(tokens[0]?.[0]));
          isPrompt = false;
        },
        end: (): void => undefined,
      },
    };
  }

  /** ONNX Runtime computes on the thread that asks, so that an abort is only heard where the loop lets others speak. */
  #letOthersSpeak(): void {
    const { model } = this.#parts;
    const forward = model.forward.bind(model);
    model.forward = async (inputs: object): Promise<object> => {
      await hearOthers();
      this.#signal?.throwIfAborted();
      return forward(inputs);
    };
  }
}

/** A request and the end of its connection take two rounds of the event loop. */
async function hearOthers(): Promise<void> {
  await setImmediate();
  await setImmediate();
}
