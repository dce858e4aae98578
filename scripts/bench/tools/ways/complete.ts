import { MAX_TOKENS, REPLY_LIMIT_MS } from './way.ts';

/** What is read of a reply. */
export interface WireMessage {
  readonly content?: string | null;
  readonly tool_calls?: readonly {
    readonly id?: string;
    readonly function: { readonly name: string; readonly arguments: string };
  }[];
}

/** Posts one request at temperature 0, with nothing between the server and the bench; a refusal is told as a fault. */
export async function complete(
  url: string,
  body: Readonly<Record<string, unknown>>,
): Promise<WireMessage | { readonly fault: string }> {
  const response = await fetch(`${url}/v1/chat/completions`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ temperature: 0, seed: 1, max_tokens: MAX_TOKENS, cache_prompt: true, ...body }),
    signal: AbortSignal.timeout(REPLY_LIMIT_MS),
  });
  const text = await response.text();
  if (!response.ok) return { fault: `HTTP ${response.status}: ${text.slice(0, 200)}` };
  return (JSON.parse(text) as { choices: readonly [{ message: WireMessage }] }).choices[0].message;
}
