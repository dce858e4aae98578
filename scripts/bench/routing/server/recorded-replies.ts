import type { ServerName } from './behavior.ts';

/** The bytes of one answer, made once, so that serving it costs next to nothing. */
export interface RecordedReply {
  readonly plain: Buffer;
  /** Head of the stream, one event a token, and the end with usage and its marker. */
  readonly events: readonly Buffer[];
}

/** The one model of both servers. */
export const MODEL = 'recorded';

/** Base URL of a server under which every answer has so many tokens. */
export function baseUrlOf(address: string, tokens: number): string {
  return `${address}/${tokens}/v1`;
}

function event(value: unknown): Buffer {
  return Buffer.from(`data: ${JSON.stringify(value)}\n\n`);
}

/** An answer of the OpenAI wire; its first word names the server. */
export function recordReply(server: ServerName, tokens: number): RecordedReply {
  const words = Array.from({ length: tokens }, (_, at) => (at === 0 ? server : ` word${at}`));
  const usage = { prompt_tokens: 12, completion_tokens: tokens, total_tokens: 12 + tokens };
  const common = { id: 'chatcmpl-recorded', created: 1_760_000_000, model: MODEL };
  const chunk = { ...common, object: 'chat.completion.chunk' };
  const delta = (fields: object, finish_reason: string | null = null): Buffer =>
    event({ ...chunk, choices: [{ index: 0, delta: fields, finish_reason }] });
  const message = { role: 'assistant', content: words.join('') };
  const choices = [{ index: 0, message, finish_reason: 'stop' }];
  return {
    plain: Buffer.from(JSON.stringify({ ...common, object: 'chat.completion', choices, usage })),
    events: [
      delta({ role: 'assistant', content: '' }),
      ...words.map((content) => delta({ content })),
      Buffer.concat([delta({}, 'stop'), event({ ...chunk, choices: [], usage }), Buffer.from('data: [DONE]\n\n')]),
    ],
  };
}
