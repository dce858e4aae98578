import { CapabilityError, estimateTokens, isWoosterError, type TokenCounts } from 'wooster';
import type { ClientCall } from '../client/chat-request.ts';
import { asList, asNumber, asObject } from '../client/dialects/json-fields.ts';
import type { LocalModelClient } from '../client/local-model-client.ts';

/** A route that counts the tokens of texts, special tokens included. */
export interface TokenRoute {
  readonly path: string;
  /** False where one request takes one text. */
  readonly takesMany: boolean;
  body(texts: readonly string[], model: string): unknown;
  /** Undefined when the value is no answer of this route. */
  read(value: unknown): readonly number[] | undefined;
}

/** llama-server b10068: `POST /tokenize {content}` answers `{tokens: [...]}`; it leaves special tokens out unless asked. */
export const LLAMACPP_TOKENS: TokenRoute = {
  path: '/tokenize',
  takesMany: false,
  body: ([text]) => ({ content: text, add_special: true }),
  read: (value) => {
    const tokens = asObject(value)?.tokens;
    return Array.isArray(tokens) ? [tokens.length] : undefined;
  },
};

/** text-embeddings-inference 1.9: `POST /tokenize {inputs}` answers one list of tokens a text. */
export const TEI_TOKENS: TokenRoute = {
  path: '/tokenize',
  takesMany: true,
  body: (texts) => ({ inputs: texts, add_special_tokens: true }),
  read: (value) => {
    const rows = asList(value);
    return rows.every(Array.isArray) ? rows.map((row) => asList(row).length) : undefined;
  },
};

/** vLLM: `POST /tokenize {model, prompt}` answers `{count}`. */
export const VLLM_TOKENS: TokenRoute = {
  path: '/tokenize',
  takesMany: false,
  body: ([text], model) => ({ model, prompt: text, add_special_tokens: true }),
  read: (value) => {
    const count = asNumber(asObject(value)?.count);
    return count === undefined ? undefined : [count];
  },
};

/** Our embedding server and the embedded engine: `POST /tokenize {input: [...]}` answers `{counts: [...]}`. */
export const OWN_TOKENS: TokenRoute = {
  path: '/tokenize',
  takesMany: true,
  body: (texts, model) => ({ model, input: texts }),
  read: (value) => {
    const counts = asList(asObject(value)?.counts).map(asNumber);
    return counts.every((count) => count !== undefined) ? counts : undefined;
  },
};

/** One request takes so many texts, and so many requests run at once where one takes a single text. */
const TEXTS_A_REQUEST = 32;
const REQUESTS_AT_ONCE = 4;

/** How the tokens of texts are counted: whom to ask, by which route, and as which model. */
interface TokenQuestion {
  readonly client: LocalModelClient;
  readonly route?: TokenRoute;
  readonly model: string;
  readonly call: ClientCall;
}

function batchesOf(texts: readonly string[], size: number): string[][] {
  return Array.from({ length: Math.ceil(texts.length / size) }, (_, at) => texts.slice(at * size, (at + 1) * size));
}

async function askServer(texts: readonly string[], question: TokenQuestion & { route: TokenRoute }): Promise<number[]> {
  const { client, route, model, call } = question;
  const ask = async (batch: readonly string[]): Promise<readonly number[]> => {
    const counts = route.read(await client.read(route.path, call, route.body(batch, model)));
    if (counts?.length === batch.length) return counts;
    throw new CapabilityError(`${model}: its server counts no tokens at ${route.path}`, { capability: 'tokenize' });
  };
  const counts: number[] = [];
  for (const group of batchesOf(texts, route.takesMany ? TEXTS_A_REQUEST : REQUESTS_AT_ONCE)) {
    const requests = route.takesMany ? [group] : group.map((text) => [text]);
    counts.push(...(await Promise.all(requests.map(ask))).flat());
  }
  return counts;
}

/** Tokens of each text by the server's own tokenizer where it has a route for that, else estimated and marked so. */
export async function countTokens(texts: readonly string[], question: TokenQuestion): Promise<TokenCounts> {
  const { route } = question;
  if (route !== undefined) {
    try {
      return { counts: await askServer(texts, { ...question, route }), precision: 'exact' };
    } catch (error) {
      // An older version of the server has no such route; anything else is a failure of the call.
      if (!isWoosterError(error) || error.code !== 'E_CAPABILITY') throw error;
    }
  }
  return { counts: texts.map(estimateTokens), precision: 'estimate' };
}
