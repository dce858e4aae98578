/**
 * Plays transformers.js for the child that embeds, so that all of it runs without a model. A word is one token: its number,
 * or 50 for `slow` (which takes a while) and 60 for `broken` (which fails). The state of a token is its number, 1, and
 * whether it is the first; the state of padding is far off, so that it shows where it is counted.
 */
import { setTimeout as delay } from 'node:timers/promises';

const WORDS: Readonly<Record<string, number>> = { slow: 50, broken: 60 };

export const env: Record<string, unknown> = {};

export class Tensor {
  readonly type: string;
  readonly data: BigInt64Array | Float32Array;
  readonly dims: readonly number[];

  constructor(type: string, data: BigInt64Array | Float32Array, dims: readonly number[]) {
    this.type = type;
    this.data = data;
    this.dims = dims;
  }

  dispose(): void {}
}

export class PreTrainedTokenizer {
  readonly pad_token_id = 0;

  constructor(file: { readonly model?: unknown }) {
    if (file.model === undefined) throw new Error('no tokenizer in JSON at position 0');
  }

  encode(text: string): number[] {
    const words = text.split(' ').filter((word) => word !== '');
    return [1, ...words.map((word) => WORDS[word] ?? Number(word)), 2];
  }
}

export class PretrainedConfig {
  readonly model_type: string;

  constructor({ model_type: modelType }: { model_type: string }) {
    this.model_type = modelType;
  }
}

interface Inputs {
  readonly input_ids: Tensor;
  readonly attention_mask: Tensor;
}

async function run({ input_ids: ids, attention_mask: mask }: Inputs): Promise<Record<string, Tensor>> {
  const tokens = Array.from(ids.data, Number);
  if (tokens.includes(60)) throw new Error('the model broke');
  if (tokens.includes(50)) await delay(300);
  const width = ids.dims[1] ?? 0;
  const states = tokens.flatMap((token, index) =>
    Number(mask.data[index]) === 0 ? [999, 999, 999] : [token, 1, index % width === 0 ? 1 : 0],
  );
  return { last_hidden_state: new Tensor('float32', Float32Array.from(states), [...ids.dims, 3]) };
}

export const AutoModel = {
  from_pretrained: async (folder: string, options: { config: PretrainedConfig; model_file_name: string }) => {
    if (env['allowRemoteModels'] !== false) throw new Error('it may reach a hub');
    if (options.config.model_type === 'none')
      throw new Error(`Load model from ${folder} failed: Protobuf parsing failed`);
    return run;
  },
};
