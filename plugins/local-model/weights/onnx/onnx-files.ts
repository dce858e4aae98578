/** What a model's `config.json` says as far as it matters before the model runs. */
export interface OnnxConfig {
  /** It turns one text into another, by two files, rather than going on with a text. */
  readonly isEncoderDecoder: boolean;
  /** Window it was trained for, tokens, where told. */
  readonly contextTokens: number | undefined;
  /** Pieces of weights that lie beside a file, by the name of the file with or without its form of numbers. */
  readonly externalData: unknown;
}

/** One way to run a model: the files that it takes, and the form of their numbers. */
export interface OnnxChoice {
  /** As transformers.js names it. */
  readonly dtype: string;
  /** Name of the one file of a model that goes on with a text, without the ending of its form. */
  readonly modelFile: string;
  /** Paths in the repository; a file comes after the data that lie beside it. */
  readonly files: readonly string[];
}

/** Without these no model runs. */
export const REQUIRED_FILES = ['config.json', 'tokenizer.json'] as const;

/** What lies beside them in many repositories. */
export const OPTIONAL_FILES = [
  'tokenizer_config.json',
  'generation_config.json',
  'special_tokens_map.json',
  'chat_template.jinja',
] as const;

/** Forms of numbers that run on every processor, the first wanted first, with the endings that transformers.js gives their files. */
const FORMS = [
  { dtype: 'q8', ending: '_quantized' },
  { dtype: 'fp32', ending: '' },
  { dtype: 'int8', ending: '_int8' },
  { dtype: 'uint8', ending: '_uint8' },
  { dtype: 'q4', ending: '_q4' },
] as const;

/** Names of the window in configurations of the architectures that there are. */
const CONTEXT_NAMES = ['max_position_embeddings', 'n_positions', 'n_ctx', 'max_seq_len', 'seq_length'];

/** A tokenizer that knows no limit writes a number with thirty digits. */
const MOST_CONTEXT_TOKENS = 100_000_000;

type Fields = Readonly<Record<string, unknown>>;

function fieldsOf(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function tokensOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 1 && value < MOST_CONTEXT_TOKENS ? Math.floor(value) : undefined;
}

/** Reads `config.json`; the limit of the tokenizer counts where the model names no window. */
export function onnxConfigOf(config: unknown, tokenizerConfig: unknown): OnnxConfig {
  const fields = fieldsOf(config);
  const places = [fields, fieldsOf(fields['text_config'])];
  const told = places.flatMap((place) => CONTEXT_NAMES.map((name) => tokensOf(place[name])));
  const contextTokens = [...told, tokensOf(fieldsOf(tokenizerConfig)['model_max_length'])].find(
    (tokens) => tokens !== undefined,
  );
  const own = fieldsOf(fields['transformers.js_config']);
  return {
    isEncoderDecoder: fields['is_encoder_decoder'] === true,
    contextTokens,
    externalData: own['use_external_data_format'],
  };
}

/** Each way a repository may hold a model of this kind, the wanted one first. Older ones name the file of a model that goes on with a text as a decoder. */
export function onnxChoices({ isEncoderDecoder, externalData }: OnnxConfig): readonly OnnxChoice[] {
  const stems = isEncoderDecoder ? [['encoder_model', 'decoder_model_merged']] : [['model'], ['decoder_model_merged']];
  return FORMS.flatMap(({ dtype, ending }) =>
    stems.map((names) => ({
      dtype,
      modelFile: names[0] ?? '',
      files: names.flatMap((name) => withData(name, ending, externalData).map((file) => `onnx/${file}`)),
    })),
  );
}

/** A file behind its pieces of data, named as transformers.js names them: `model.onnx_data`, `model.onnx_data_1`. */
function withData(name: string, ending: string, externalData: unknown): string[] {
  const file = `${name}${ending}.onnx`;
  const told =
    typeof externalData === 'object' ? (fieldsOf(externalData)[file] ?? fieldsOf(externalData)[name]) : externalData;
  const pieces = Math.min(100, Math.max(0, Number(told ?? 0) || 0));
  const data = Array.from({ length: pieces }, (_, piece) => `${file}_data${piece === 0 ? '' : `_${piece}`}`);
  return [...data, file];
}
