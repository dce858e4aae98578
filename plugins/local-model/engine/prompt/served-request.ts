import { RequestRefusal } from '../child/request-refusal.ts';
import type { ChatRequest } from './chat-request.ts';

/** Answers without a limit of their own end here: a small model that loops would otherwise fill the whole window. */
const DEFAULT_MAX_TOKENS = 2_048;

/** Refuses a request for another model, or for several answers at once. */
export function checkServed({ model, n }: ChatRequest, modelId: string): void {
  if (typeof model === 'string' && model !== '' && model !== modelId) {
    const message = `model '${model}' is not served here; this engine serves '${modelId}'`;
    throw new RequestRefusal(404, 'not_found_error', message);
  }
  if (typeof n === 'number' && n !== 1) throw new RequestRefusal(400, 'invalid_request_error', 'n must be 1');
}

/** The refusal of a prompt that does not fit the window, in the words of llama-server, which name both figures. */
export function contextRefusal(promptTokens: number, contextTokens: number): RequestRefusal {
  const message = `request (${promptTokens} tokens) exceeds the available context size (${contextTokens} tokens), try increasing it`;
  const facts = { n_prompt_tokens: promptTokens, n_ctx: contextTokens };
  return new RequestRefusal(400, 'exceed_context_size_error', message, facts);
}

/** How long the answer may become, tokens, before the window is looked at. */
export function maxTokensOf(request: ChatRequest): number {
  return request.max_completion_tokens ?? request.max_tokens ?? DEFAULT_MAX_TOKENS;
}

/** The texts that end the answer. */
export function stopsOf({ stop }: ChatRequest): readonly string[] {
  return typeof stop === 'string' ? [stop] : (stop ?? []);
}

/** The penalties that the caller asks for; undefined without any. */
export function penaltiesOf(
  request: ChatRequest,
): { readonly repeat: number; readonly frequency: number; readonly presence: number } | undefined {
  const { repeat_penalty: repeat, frequency_penalty: frequency, presence_penalty: presence } = request;
  if (![repeat, frequency, presence].some((value) => typeof value === 'number')) return undefined;
  return { repeat: repeat ?? 1, frequency: frequency ?? 0, presence: presence ?? 0 };
}
