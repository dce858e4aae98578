/** What the name of a model tells; what is not in it is absent. */
interface ModelName {
  /** Name and version as one word, lower case: `llama3.2`, `qwen2.5`, `deepseek-r1`. */
  readonly family?: string;
  /** As it is written, lower case: `3b`, `8x7b`, `30b-a3b`, `135m`. */
  readonly size?: string;
  /** In the spelling of its tool: `Q4_K_M` of GGUF, `4bit` of MLX, `AWQ`. */
  readonly quantization?: string;
  /** Everything else that tells builds apart, lower case: `instruct`, `coder-instruct`, `it-qat`. */
  readonly variant?: string;
}

const QUANTIZATION =
  /(?<![a-z0-9])((?:ud[-_])?(?:i?q[1-8](?:_(?:k(?:_(?:xs|xl|s|m|l))?|[01]|xxs|xs|nl|s|m|l))+|tq[12]_0|mxfp4|nvfp4|bf16|fp?(?:8|16|32)|int[48]|[2-8]-?bits?|awq|gptq|w4a16|w8a8))(?![a-z0-9])/i;
const SIZE = /(?<![a-z0-9.])(e?(?:\d+x)?\d+(?:\.\d+)?[bmt](?:-a\d+(?:\.\d+)?b)?)(?![a-z0-9])/i;
/** Words that say how a family was trained or built rather than which family it is. */
const VARIANT =
  /^(?:instruct|inst|it|chat|base|pt|coder|code|math|vision|vl|omni|mini|distill|thinking|reasoning|plus|qat|abliterated|uncensored|preview|moe|hf|v\d[\d.]*|\d{4,}|\d+[km])$/;
/** Endings of files and of collections that tell the form of the file, not the model. */
const FORMAT = /(?:[-_.](?:gguf|ggml|mlx|safetensors|onnx|bin))+$/i;
/** Makers that some write before a name and others leave out. */
const MAKER = /^(?:[a-z-]+_|meta-)(?=(?:llama|gemma|phi|qwen|mistral|mixtral|ministral|deepseek|gpt|granite|smollm))/;
/** One of several files of the same weights. */
const PART = /-\d{5}-of-\d{5}$/;
/** What is longer is no name, and is not searched. */
const LONGEST = 300;
/** Where a size or a quantisation was taken out; the family ends before it. */
const TAKEN = '|';

function lastSegment(id: string): string {
  const path = id.replaceAll('\\', '/').replace(/\/+$/, '');
  const last = path.slice(path.lastIndexOf('/') + 1);
  return last.replace(FORMAT, '').replace(PART, '').replace(FORMAT, '').toLowerCase();
}

/** Takes the first match of a pattern out of a text. */
function take(text: string, pattern: RegExp): { readonly found?: string; readonly rest: string } {
  const found = pattern.exec(text)?.[1];
  return found === undefined ? { rest: text } : { found, rest: text.replace(found, `-${TAKEN}-`) };
}

function spelled(quantization: string): string {
  const bits = /^(\d)-?bits?$/.exec(quantization)?.[1];
  return bits === undefined ? quantization.toUpperCase() : `${bits}bit`;
}

/** `llama`, `3.2` -> `llama3.2` and `claude`, `3`, `5` -> `claude3.5`: versions join the word before them, as Ollama writes them. */
function toFamily(words: readonly string[]): string | undefined {
  let family = '';
  for (const [index, word] of words.entries()) {
    const isVersion = /^\d/.test(word);
    const follows = /^\d/.test(words[index - 1] ?? '') ? '.' : '';
    family += index === 0 ? word : `${isVersion ? follows : '-'}${word}`;
  }
  return /[a-z]/.test(family) ? family : undefined;
}

/**
 * Reads a model's name as Ollama (`llama3.2:3b-instruct-q4_K_M`), hubs (`bartowski/Llama-3.2-3B-Instruct-GGUF`), MLX
 * (`...-4bit`) and files (`/models/Qwen2.5-Coder-0.5B-Instruct-Q4_K_M.gguf`) write it. Never throws; a part that the name
 * does not tell is absent, and nothing is in the result that is not in the name.
 */
export function parseModelName(id: string): ModelName {
  if (id.length > LONGEST) return {};
  const quantization = take(lastSegment(id).replace(MAKER, ''), QUANTIZATION);
  const size = take(quantization.rest, SIZE);
  const words = size.rest.replaceAll(':', `-${TAKEN}-`).split(/[-_\s]+/);
  const bare = words.map((word) => word.replace(/^\.+|\.+$/g, ''));
  const named = bare.filter((word) => word !== '' && word !== 'latest');
  const end = named.findIndex((word, index) => word === TAKEN || (index > 0 && VARIANT.test(word)));
  const family = toFamily(end === -1 ? named : named.slice(0, end));
  const variant = (end === -1 ? [] : named.slice(end)).filter((word) => word !== TAKEN).join('-');
  return {
    ...(family !== undefined && { family }),
    ...(size.found !== undefined && { size: size.found }),
    ...(quantization.found !== undefined && { quantization: spelled(quantization.found) }),
    ...(variant !== '' && { variant }),
  };
}

/** Words of a variant that the everyday build of a family has too. */
const EVERYDAY = new Set(['instruct', 'inst', 'it', 'chat', 'hf']);

/**
 * One spelling for all names of the same weights, whatever their quantisation: family, what sets the variant apart from
 * the everyday one, and size: `llama3.2:3b`, `qwen2.5-coder:0.5b`. Undefined without a family.
 */
export function plainNameOf({ family, size, variant }: ModelName): string | undefined {
  if (family === undefined) return undefined;
  const apart = (variant ?? '').split('-').filter((word) => word !== '' && !EVERYDAY.has(word));
  const name = [family, ...apart].join('-');
  return size === undefined ? name : `${name}:${size}`;
}
