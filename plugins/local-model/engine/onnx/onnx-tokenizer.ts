import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { systemCode } from 'wooster';
import type * as TransformersModule from '@huggingface/transformers';
import type { PreTrainedTokenizer } from '@huggingface/transformers';
import { withoutControlTokens, withoutSystem, type PlainTurn } from './conversation-text.ts';

type TokenizerClass = new (file: unknown, config: unknown) => PreTrainedTokenizer;

async function readIfThere(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** What is set beside the tokenizer; newer repositories keep the chat template in a file of its own. */
async function readConfig(folder: string): Promise<Record<string, unknown>> {
  const config = JSON.parse((await readIfThere(join(folder, 'tokenizer_config.json'))) ?? '{}') as object;
  const template = await readIfThere(join(folder, 'chat_template.jinja'));
  return { ...(template === undefined ? {} : { chat_template: template }), ...config };
}

function classOf(module: typeof TransformersModule, config: Record<string, unknown>): TokenizerClass {
  const told = config['tokenizer_class'];
  const name = typeof told === 'string' ? told.replace(/Fast$/, '') : '';
  const found = (module as unknown as Record<string, unknown>)[name];
  const isClass = name.endsWith('Tokenizer') && typeof found === 'function';
  return (isClass ? found : module.PreTrainedTokenizer) as TokenizerClass;
}

/** The tokenizer of a folder of ONNX files, with its chat template where it has one. */
export class OnnxTokenizer {
  readonly hasTemplate: boolean;
  /** The token that ends a turn, when the tokenizer names one. */
  readonly endToken: number | undefined;
  readonly #tokenizer: PreTrainedTokenizer;

  private constructor(tokenizer: PreTrainedTokenizer) {
    this.#tokenizer = tokenizer;
    this.hasTemplate = tokenizer.chat_template !== null;
    this.endToken = tokenizer.eos_token_id;
  }

  /** Reads `tokenizer.json` and what lies beside it; rejects with what the engine package or the disk says. */
  static async load(module: typeof TransformersModule, folder: string): Promise<OnnxTokenizer> {
    const file = JSON.parse(await readFile(join(folder, 'tokenizer.json'), 'utf8')) as unknown;
    const config = await readConfig(folder);
    const Tokenizer = classOf(module, config);
    return new OnnxTokenizer(new Tokenizer(file, config));
  }

  /** Tokens of a text, with those that a tokenizer puts around a whole one unless `isBare`. */
  encode(text: string, isBare = false): readonly number[] {
    if (text === '' && isBare) return [];
    // A piece that the vocabulary does not have comes without a number where no token stands for the unknown.
    return this.#tokenizer.encode(text, { add_special_tokens: !isBare }).filter(Number.isInteger);
  }

  /** Text of tokens, without control tokens. */
  decode(tokens: readonly number[]): string {
    if (tokens.length === 0) return '';
    return this.#tokenizer.decode([...tokens], { skip_special_tokens: true, clean_up_tokenization_spaces: false });
  }

  /** What somebody wrote, with its control tokens broken. */
  tame(turns: readonly PlainTurn[]): readonly PlainTurn[] {
    const controls = this.#tokenizer.all_special_tokens;
    return turns.map(({ role, content }) => ({ role, content: withoutControlTokens(content, controls) }));
  }

  /** The conversation by the model's own template, up to where the answer begins. */
  render(turns: readonly PlainTurn[]): string {
    try {
      return this.#apply(turns);
    } catch (error) {
      if (turns[0]?.role !== 'system') throw error;
      // Some templates refuse a system's text; the user then says it.
      return this.#apply(withoutSystem(turns));
    }
  }

  #apply(turns: readonly PlainTurn[]): string {
    const messages = turns.map((turn) => ({ ...turn }));
    return this.#tokenizer.apply_chat_template<false>(messages, { tokenize: false, add_generation_prompt: true });
  }
}
