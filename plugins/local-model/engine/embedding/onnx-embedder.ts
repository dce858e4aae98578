import { readFile, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type * as TransformersModule from '@huggingface/transformers';
import type { PreTrainedModel, PreTrainedTokenizer, Tensor } from '@huggingface/transformers';
import type { EmbeddingSettings, ServedModel } from '../engine-messages.ts';
import { importTransformers, sessionOptions } from '../onnx/transformers-module.ts';
import { normalize, pool } from './pooling.ts';
import { padBatch, type TokenizedText } from './token-batches.ts';

/** Special tokens of the BERT family, which its tokenizer files do not name as such. */
const BERT_TOKENS = { pad_token: '[PAD]', unk_token: '[UNK]', cls_token: '[CLS]', sep_token: '[SEP]' };

type Outputs = Readonly<Record<string, Tensor | undefined>>;

/** An ONNX model with its tokenizer, run by transformers.js on the CPU. Texts become vectors batch by batch. */
export class OnnxEmbedder {
  readonly facts: ServedModel;
  readonly #module: typeof TransformersModule;
  readonly #tokenizer: PreTrainedTokenizer;
  readonly #model: PreTrainedModel;
  readonly #settings: EmbeddingSettings;

  private constructor(parts: {
    module: typeof TransformersModule;
    tokenizer: PreTrainedTokenizer;
    model: PreTrainedModel;
    settings: EmbeddingSettings;
    sizeBytes: number;
  }) {
    const { modelId, maxTokens } = parts.settings;
    this.#module = parts.module;
    this.#tokenizer = parts.tokenizer;
    this.#model = parts.model;
    this.#settings = parts.settings;
    this.facts = { contextTokens: maxTokens, sizeBytes: parts.sizeBytes, name: modelId };
  }

  /** Loads the files; rejects with what the engine package threw. It reads no other file and opens no connection. */
  static async load(settings: EmbeddingSettings): Promise<OnnxEmbedder> {
    const { modelPath, tokenizerPath, modelType, dimensions, maxTokens, threads } = settings;
    const { size } = await stat(modelPath);
    const tokenizerFile = JSON.parse(await readFile(tokenizerPath, 'utf8')) as object;
    const module = await importTransformers(settings.enginePackage);
    const tokenizer = new module.PreTrainedTokenizer(tokenizerFile, {
      tokenizer_class: 'BertTokenizer',
      model_max_length: maxTokens,
      ...BERT_TOKENS,
    });
    const config = new module.PretrainedConfig({ model_type: modelType, hidden_size: dimensions });
    const model = await module.AutoModel.from_pretrained(dirname(modelPath), {
      config,
      local_files_only: true,
      subfolder: '',
      model_file_name: basename(modelPath).replace(/\.onnx$/, ''),
      // The name of the file is whole already; a type would add its own ending to it.
      dtype: 'fp32',
      device: 'cpu',
      session_options: sessionOptions(threads),
    });
    return new OnnxEmbedder({ module, tokenizer, model, settings, sizeBytes: size });
  }

  /** Token ids of a text, special tokens included and nothing cut. */
  tokenize(text: string): readonly number[] {
    return this.#tokenizer.encode(text);
  }

  /** Cut to `maxTokens`, with the last special token kept. */
  cut(ids: readonly number[]): readonly number[] {
    const { maxTokens } = this.#settings;
    return ids.length <= maxTokens ? ids : [...ids.slice(0, maxTokens - 1), ...ids.slice(-1)];
  }

  /** One vector a text of the batch, in its order. */
  async embed(batch: readonly TokenizedText[]): Promise<Float32Array[]> {
    const { ids, mask, shape } = padBatch(batch, this.#tokenizer.pad_token_id ?? 0);
    const { Tensor: TensorClass } = this.#module;
    const inputs = {
      input_ids: new TensorClass('int64', ids, [...shape]),
      attention_mask: new TensorClass('int64', mask, [...shape]),
    };
    const outputs = (await this.#model(inputs)) as Outputs;
    try {
      const states = outputs['last_hidden_state'] ?? outputs['token_embeddings'];
      if (states === undefined) throw new Error('the model gives no states of its tokens');
      const [texts = 0, tokens = 0, dimensions = 0] = states.dims;
      const lengths = batch.map((text) => text.ids.length);
      const { pooling, isNormalized } = this.#settings;
      const data = states.data as Float32Array;
      const vectors = pool({ data, shape: [texts, tokens, dimensions] }, lengths, pooling);
      return isNormalized ? vectors.map(normalize) : vectors;
    } finally {
      for (const tensor of [...Object.values(inputs), ...Object.values(outputs)]) tensor?.dispose();
    }
  }
}
