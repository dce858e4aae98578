import type { UsageMetadata } from '@langchain/core/messages';
import type { OpenAIClient } from '@langchain/openai';

type Fields = Readonly<Record<string, unknown>>;
type Usage = OpenAIClient.CompletionUsage;

/** LiteLLM tells here what a whole answer cost. */
const COST_HEADER = 'x-litellm-response-cost';

function asFields(value: unknown): Fields {
  return typeof value === 'object' && value !== null ? (value as Fields) : {};
}

function amount(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isFinite(value) && value >= 0 ? value : undefined;
}

/** The cost within a usage: OpenRouter's and LiteLLM's `cost`, to which comes what a key of one's own is charged, or the total of Perplexity's. */
function costWithin({ cost, is_byok, cost_details }: Fields): number | undefined {
  const own = amount(cost) ?? amount(asFields(cost).total_cost);
  if (own === undefined || is_byok !== true) return own;
  return own + (amount(asFields(cost_details).upstream_inference_cost) ?? 0);
}

/** Tokens of the prompt that the server had kept; DeepSeek and Moonshot tell them beside the details. */
function cachedTokens(usage: Fields, promptTokens: number): number | undefined {
  const { cached_tokens } = asFields(usage.prompt_tokens_details);
  const told = amount(cached_tokens) ?? amount(usage.prompt_cache_hit_tokens) ?? amount(usage.cached_tokens);
  return told === undefined ? undefined : Math.min(told, promptTokens);
}

/**
 * A usage in OpenAI's form; undefined where either count is missing, which is no count of the call. A number that is told
 * is never made up: absent details stay absent.
 */
function mendUsage(told: unknown): Usage | undefined {
  const usage = asFields(told);
  const prompt_tokens = amount(usage.prompt_tokens);
  const completion_tokens = amount(usage.completion_tokens);
  if (prompt_tokens === undefined || completion_tokens === undefined) return undefined;
  const cached_tokens = cachedTokens(usage, prompt_tokens);
  const prompt_tokens_details = {
    ...asFields(usage.prompt_tokens_details),
    ...(cached_tokens === undefined ? {} : { cached_tokens }),
  };
  const total_tokens = prompt_tokens + completion_tokens;
  return { ...usage, prompt_tokens, completion_tokens, total_tokens, prompt_tokens_details };
}

/**
 * What one call took, by the provider's own word. Counts and costs within a stream are of all that was said so far, so
 * the last of them holds and none are added up.
 */
export class OpenAIBill {
  #usage: Usage | undefined;
  #costTold: number | undefined;
  #costOfHeader: number | undefined;

  clear(): void {
    this.#usage = undefined;
    this.#costTold = undefined;
    this.#costOfHeader = undefined;
  }

  /** The headers of a stream are sent before it is known what it costs: 0 there says nothing. */
  readHeaders(headers: Headers, isStream: boolean): void {
    const text = headers.get(COST_HEADER);
    const cost = text === null || text.trim() === '' ? undefined : amount(Number(text));
    if (cost !== undefined && !(isStream && cost === 0)) this.#costOfHeader = cost;
  }

  readUsage(told: unknown): void {
    this.#usage = mendUsage(told) ?? this.#usage;
    this.#costTold = costWithin(asFields(told)) ?? this.#costTold;
  }

  get usage(): Usage | undefined {
    return this.#usage;
  }

  /** The provider's own figure, USD; undefined where it tells none. */
  get costUsd(): number | undefined {
    return this.#costTold ?? this.#costOfHeader;
  }

  /** The usage as messages carry it, equal for streamed and whole answers. */
  get metadata(): UsageMetadata | undefined {
    if (this.#usage === undefined) return undefined;
    const { prompt_tokens, completion_tokens, total_tokens } = this.#usage;
    const input = asFields(this.#usage.prompt_tokens_details);
    const output = asFields(this.#usage.completion_tokens_details);
    const { audio_tokens: audio, cached_tokens: cache_read, cache_write_tokens: cache_creation } = input;
    return {
      input_tokens: prompt_tokens,
      output_tokens: completion_tokens,
      total_tokens,
      input_token_details: compact({ audio, cache_read, cache_creation }),
      output_token_details: compact({ audio: output.audio_tokens, reasoning: output.reasoning_tokens }),
    };
  }
}

function compact(details: Readonly<Record<string, unknown>>): Record<string, number> {
  const told = Object.entries(details).filter((entry): entry is [string, number] => amount(entry[1]) !== undefined);
  return Object.fromEntries(told);
}
