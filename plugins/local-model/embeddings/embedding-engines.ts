import { LLAMACPP_TOKENS, OWN_TOKENS, TEI_TOKENS, VLLM_TOKENS, type TokenRoute } from './token-count.ts';

/** How one kind of server embeds. */
export interface EmbeddingEngine {
  /** Texts of one request. */
  readonly inputs: number;
  /** Tokens of one text, where the engine reads less than its models. */
  readonly tokensPerInput?: number;
  readonly tokensPerRequest: number;
  /** Cuts vectors to `dimensions` when asked, and makes them one long again. */
  readonly canCut: boolean;
  /** Reads only the beginning of a text that is too long, without a word, so that such a text must not be sent. */
  readonly cutsSilently: boolean;
  readonly tokens?: TokenRoute;
}

/** A server of which nothing more is known. */
const GENERIC: EmbeddingEngine = { inputs: 32, tokensPerRequest: 16_384, canCut: false, cutsSilently: true };

/** What is known of each engine; limits of requests stay below those of the engine itself. */
export const EMBEDDING_ENGINES = {
  // 0.34 embeds one text after another, cuts at 2048 tokens where it may, and refuses with `truncate: false`.
  ollama: { inputs: 8, tokensPerInput: 2048, tokensPerRequest: 16_384, canCut: true, cutsSilently: false },
  // b10068 answers 500 above its physical batch, 512 by default.
  llamacpp: {
    inputs: 32,
    tokensPerInput: 512,
    tokensPerRequest: 16_384,
    canCut: false,
    cutsSilently: false,
    tokens: LLAMACPP_TOKENS,
  },
  // It cuts only for models whose configuration says so, and answers 400 for others; cutting here is always right.
  vllm: { inputs: 64, tokensPerRequest: 65_536, canCut: false, cutsSilently: false, tokens: VLLM_TOKENS },
  // 1.9: 32 texts and 16384 tokens; refuses with `truncate: false`.
  tei: { inputs: 32, tokensPerRequest: 16_384, canCut: true, cutsSilently: false, tokens: TEI_TOKENS },
  // 0.0.77: batches of 32 inside.
  infinity: { inputs: 128, tokensPerRequest: 65_536, canCut: true, cutsSilently: true },
  // 0.4 fails under many texts at once and ignores `dimensions`.
  lmstudio: { ...GENERIC, inputs: 16 },
  // Embeds one text after another and does not read `dimensions`.
  localai: { ...GENERIC, inputs: 16 },
  mlx: GENERIC,
  // Reads up to 8192 tokens, whatever the model reads.
  'mlx-vlm': GENERIC,
  'mlx-omni-server': GENERIC,
  // 0.3 reads the first 512 tokens of a text (n_batch) and fails on batches of some models.
  'llama-cpp-python': { ...GENERIC, inputs: 8, tokensPerInput: 512 },
  'openai-compatible': GENERIC,
  // Ours, also the one inside Wooster: a text that is too long is refused unless `truncate` is asked for.
  'embedding-server': { inputs: 32, tokensPerRequest: 16_384, canCut: true, cutsSilently: false, tokens: OWN_TOKENS },
} as const satisfies Readonly<Record<string, EmbeddingEngine>>;
