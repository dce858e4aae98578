/** Where the figures of the catalogue were read; all on the same day. */
export const READ_ON = '2026-11-28';

/** Sizes, and what each model can do, of the library that Ollama pulls from, as listed by the Alpaca program. */
export const LIBRARY = 'Ollama library in Jeffser/Alpaca d1577de0 (2026-06-08), src/ollama_models.py';
/** Layers, heads, lengths, vocabulary and windows, each with a link to the publisher's own configuration. */
export const LITGPT = 'configurations in Lightning-AI/litgpt 26857050 (2026-06-29), litgpt/config.py';
/** Licences, windows and files on the hub. */
export const GALLERY = 'model gallery of transformerlab/galleries af310b5 (2026-03-13), model-gallery.json';
/** Figures of the publishers' cards, each with a link to its card. */
export const LLM_STATS = "publisher's card by JonathanChavezTamales/llm-leaderboard 24a9ccf (2025-10-16)";
/** One harness for all its models. */
export const ZERO_EVAL = 'yuchenlin/ZeroEval 570c626 (2024-09-24), mmlu-redux.summary.md';
/** Measured with the weights at 16 bits. */
export const MLX_LM = 'ml-explore/mlx-lm mlx_lm/BENCHMARKS.md (mlx-lm 0.28.2)';
export const META_31 = 'meta-llama/llama-models a9c89c4 (2025-07-15), models/llama3_1/MODEL_CARD.md';
export const META_32 = 'meta-llama/llama-models a9c89c4 (2025-07-15), models/llama3_2/MODEL_CARD.md';
export const META_32_VISION = 'meta-llama/llama-models a9c89c4 (2025-07-15), models/llama3_2/MODEL_CARD_VISION.md';
export const META_33 = 'meta-llama/llama-models a9c89c4 (2025-07-15), models/llama3_3/MODEL_CARD.md';
export const DEEPSEEK = 'deepseek-ai/DeepSeek-R1 0cf7856 (2025-04-09), README.md';
