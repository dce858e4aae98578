/** What a server answered to one request. */
export interface WireReply {
  readonly status: number;
  readonly headers: Headers;
  readonly body: Readonly<Record<string, unknown>>;
}

/** The body of an answer with vectors. */
export interface VectorBody {
  readonly model: string;
  readonly data: readonly { readonly index: number; readonly embedding: readonly number[] | string }[];
  readonly usage: { readonly prompt_tokens: number; readonly total_tokens: number };
}

/** An error as the OpenAI wire has it. */
export interface WireError {
  readonly message: string;
  readonly type: string;
  readonly param: string | null;
  readonly code: string;
}

const REQUEST_LIMIT_MS = 60_000;

/** Sends a body, as it is when it is a text and else as JSON; without one it is a GET. */
export async function ask(
  url: string,
  body?: unknown,
  more: { readonly key?: string; readonly signal?: AbortSignal; readonly method?: string } = {},
): Promise<WireReply> {
  const response = await fetch(url, {
    method: more.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: {
      'content-type': 'application/json',
      ...(more.key === undefined ? {} : { authorization: `Bearer ${more.key}` }),
    },
    body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
    signal: more.signal ?? AbortSignal.timeout(REQUEST_LIMIT_MS),
  });
  const { status, headers } = response;
  return { status, headers, body: (await response.json()) as Record<string, unknown> };
}

/** The vectors of some texts by `/v1/embeddings`, in their order; throws with the answer when it is a refusal. */
export async function vectorsOf(
  address: string,
  body: { readonly model: string; readonly input: string | readonly string[] } & Readonly<Record<string, unknown>>,
  key?: string,
): Promise<Float32Array[]> {
  const reply = await ask(`${address}/v1/embeddings`, body, { key });
  if (reply.status !== 200) throw new Error(`${reply.status} ${JSON.stringify(reply.body)}`);
  const { data } = reply.body as unknown as VectorBody;
  return data
    .toSorted((one, other) => one.index - other.index)
    .map(({ embedding }) => (typeof embedding === 'string' ? fromBase64(embedding) : Float32Array.from(embedding)));
}

/** The error of an answer. */
export function errorOf(reply: WireReply): WireError {
  return reply.body.error as WireError;
}

/** 32-bit little-endian floats. */
export function fromBase64(text: string): Float32Array {
  const bytes = Buffer.from(text, 'base64');
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}
