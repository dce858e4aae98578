import type { Sighting } from './watched-call.ts';

interface WireCall {
  readonly index?: number;
  readonly function?: { readonly arguments?: string };
}

interface WireChoice {
  readonly message?: { readonly content?: string | null; readonly tool_calls?: readonly WireCall[] };
  readonly delta?: { readonly content?: string | null; readonly tool_calls?: readonly WireCall[] };
  readonly finish_reason?: string | null;
}

/** A reply of the OpenAI wire, or one of its chunks, as far as it is looked at. */
interface WireReply {
  readonly choices?: readonly WireChoice[];
}

/** The official OpenAI client, as far as it is used. */
export interface WireClient {
  readonly chat: {
    readonly completions: {
      create(body: object, options: { signal: AbortSignal }): Promise<WireReply | AsyncIterable<WireReply>>;
    };
  };
}

/** One request of the OpenAI client. */
interface WireAsk {
  readonly client: WireClient;
  readonly body: object;
  readonly signal: AbortSignal;
}

/** Any caller parses the arguments before it runs a tool, so arguments that are no JSON count as seen by it. */
function parseArguments(texts: readonly string[], sighting: Sighting): void {
  for (const text of texts) {
    try {
      JSON.parse(text);
    } catch {
      sighting.failure ??= { name: 'UnparsableArguments', message: text };
    }
  }
}

/** The whole answer. */
export async function callWire({ client, body, signal }: WireAsk, sighting: Sighting): Promise<void> {
  const reply = (await client.chat.completions.create(body, { signal })) as WireReply;
  // A reply without a choice is an exception in every caller's code, as here.
  const choice = reply.choices![0]!;
  const texts = (choice.message?.tool_calls ?? []).map((call) => call.function?.arguments ?? '');
  sighting.add(choice.message?.content ?? '', texts.join(''));
  if (choice.finish_reason) sighting.finishReason = choice.finish_reason;
  parseArguments(texts, sighting);
}

/** The answer piece by piece. */
export async function streamWire({ client, body, signal }: WireAsk, sighting: Sighting): Promise<void> {
  const texts: string[] = [];
  const chunks = await client.chat.completions.create({ ...body, stream: true }, { signal });
  for await (const chunk of chunks as AsyncIterable<WireReply>) {
    const choice = chunk.choices?.[0];
    const pieces = choice?.delta?.tool_calls ?? [];
    for (const { index = 0, function: call } of pieces) texts[index] = (texts[index] ?? '') + (call?.arguments ?? '');
    sighting.add(choice?.delta?.content ?? '', pieces.map(({ function: call }) => call?.arguments ?? '').join(''));
    if (choice?.finish_reason) sighting.finishReason = choice.finish_reason;
  }
  parseArguments(texts, sighting);
}
