import type { ErrorBody } from './error-body.ts';

/** The two figures of an overflow, as far as the server told them. */
interface Overflow {
  readonly limitTokens?: number;
  readonly actualTokens?: number;
}

/** Wordings by which servers say that a conversation or input is too long; named groups catch the figures. */
const WORDINGS: readonly RegExp[] = [
  // llama.cpp b10068, and Ollama 0.34, which passes its text on
  /request \((?<actual>\d+) tokens\) exceeds the available context size \((?<limit>\d+) tokens\)/i,
  /input \((?<actual>\d+) tokens\) is (too large to process|larger than the max context size)(.*batch size: (?<limit>\d+))?/i,
  // vLLM and llama-cpp-python
  /maximum context length is (?<limit>\d+) tokens.*?(requested|resulted in|contains at least) (?<actual>\d+)/i,
  /maximum context length is (?<limit>\d+)/i,
  /Requested tokens \((?<actual>\d+)\) exceed context window of (?<limit>\d+)/i,
  // Ollama
  /the prompt is longer than the context length/i,
  /input length exceeds the context length/i,
  // LM Studio
  /number of tokens to keep from the initial prompt is greater than the context length/i,
  /trying to keep the first (?<actual>\d+) tokens .* context (length|size) of (only )?(?<limit>\d+)/i,
  /context (size|length|window) (has been |was )?exceeded/i,
  // Wooster's own embedding server
  /has (?<actual>\d+) tokens, \S+ reads (?<limit>\d+)/i,
  // text-embeddings-inference
  /must have less than (?<limit>\d+) tokens\. Given: (?<actual>\d+)/i,
  // Anthropic, Gemini, Mistral
  /prompt is too long: (?<actual>\d+) tokens > (?<limit>\d+) maximum/i,
  /input length and `?max_tokens`? exceed context limit: (?<actual>\d+) \+ \d+ > (?<limit>\d+)/i,
  /input token count \((?<actual>\d+)\) exceeds the maximum number of tokens allowed \((?<limit>\d+)\)/i,
  /prompt contains (?<actual>\d+) tokens.*too large for model with (?<limit>\d+) maximum context length/i,
  /exceeds? the (maximum )?context (length|window|size)/i,
];

/** Reads an overflow from an error; undefined when the error is another one. */
export function readOverflow(error: ErrorBody): Overflow | undefined {
  const { n_ctx: limit, n_prompt_tokens: actual } = error.numbers;
  if (error.type === 'exceed_context_size_error') return { limitTokens: limit, actualTokens: actual };
  for (const wording of WORDINGS) {
    const match = wording.exec(error.message);
    if (match === null) continue;
    const figure = (name: string): number | undefined => {
      const text = match.groups?.[name];
      return text === undefined ? undefined : Number(text);
    };
    return { limitTokens: limit ?? figure('limit'), actualTokens: actual ?? figure('actual') };
  }
  return error.code === 'context_length_exceeded' ? {} : undefined;
}
