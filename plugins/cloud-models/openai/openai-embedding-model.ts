import { OpenAIEmbeddings } from '@langchain/openai';
import type { EmbeddingCall, EmbeddingModel } from 'wooster';
import { openCloudEmbeddings, type VectorReply, type VectorRequest } from '../common/cloud-embedding-model.ts';
import type { CloudAttempt } from '../common/cloud.ts';
import { OpenAIBill } from './openai-bill.ts';
import { openAIFetch } from './openai-fetch.ts';

/** The limits of OpenAI: 2048 texts and 300,000 tokens a request, 8191 tokens a text. */
const LIMITS = { inputs: 2048, tokensPerInput: 8191, tokensPerRequest: 300_000 };

/** Families that cut their vectors when `dimensions` is asked for; others refuse the field. */
const CAN_CUT = /^text-embedding-[3-9]/;

/** A reply as the wire has it; its rows may come in any order. */
interface Row {
  readonly index?: number;
  readonly embedding?: unknown;
}

/** LangChain's own OpenAI embeddings, asked for the whole reply of one request. */
class WireEmbeddings extends OpenAIEmbeddings {
  async create(
    texts: readonly string[],
    dimensions: number | undefined,
  ): Promise<{ data: Row[]; tokens?: number; usage: unknown }> {
    const reply = await this.embeddingWithRetry({
      model: this.model,
      input: [...texts],
      // Without it the client asks for base64 and decodes whatever comes.
      encoding_format: 'float',
      ...(dimensions === undefined ? {} : { dimensions }),
    });
    // A proxy may answer 200 with something else, or leave usage out.
    const { data, usage } = reply as { data?: Row[]; usage?: { prompt_tokens?: number } };
    if (!Array.isArray(data)) throw new TypeError('a reply without a list of vectors');
    return { data, tokens: usage?.prompt_tokens, usage };
  }
}

function makeClient(
  { place, base, apiKey, guarded, call }: CloudAttempt<EmbeddingCall>,
  { signal, bill }: { readonly signal: AbortSignal; readonly bill: OpenAIBill },
): WireEmbeddings {
  // The package passes no signal on.
  const bound: typeof guarded = (input, init) =>
    guarded(input, { ...init, signal: init?.signal ? AbortSignal.any([init.signal, signal]) : signal });
  return new WireEmbeddings({
    model: place.model,
    maxRetries: 0,
    stripNewLines: false,
    encodingFormat: 'float',
    // The package insists on a key; the real one is put in by `fetch`.
    apiKey: 'set-when-sent',
    // Our own limits apply; the package's must not come first.
    timeout: call.limits.totalMs + 60_000,
    configuration: {
      baseURL: base.api,
      fetch: openAIFetch({ guarded: bound, apiKey, place, bill }),
      maxRetries: 0,
      organization: null,
      project: null,
      logLevel: 'off',
    },
  });
}

/** The vectors by their index; a row without one stands where it came. */
function inOrder(rows: readonly Row[]): readonly unknown[] {
  const vectors: unknown[] = Array.from({ length: rows.length });
  for (const [position, { index = position, embedding }] of rows.entries()) {
    if (index in vectors && vectors[index] === undefined) vectors[index] = embedding;
  }
  return vectors;
}

/** The embedding model of one attempt, through LangChain's package with no retries and the permit of the attempt. */
export async function openOpenAIEmbeddings(attempt: CloudAttempt<EmbeddingCall>): Promise<EmbeddingModel> {
  const { place, call } = attempt;
  const send = async ({ texts, dimensions, signal }: VectorRequest): Promise<VectorReply> => {
    const bill = new OpenAIBill();
    const asked = CAN_CUT.test(place.model) ? dimensions : undefined;
    const { data, tokens, usage } = await makeClient(attempt, { signal, bill }).create(texts, asked);
    bill.readUsage(usage);
    return { vectors: inOrder(data), inputTokens: tokens, costUsd: bill.costUsd };
  };
  return openCloudEmbeddings({ place, call, wire: { limits: LIMITS, send } });
}
