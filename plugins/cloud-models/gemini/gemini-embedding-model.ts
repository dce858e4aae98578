import type { EmbeddingCall, EmbeddingModel } from 'wooster';
import { openCloudEmbeddings, type VectorReply, type VectorRequest } from '../common/cloud-embedding-model.ts';
import type { CloudAttempt } from '../common/cloud.ts';
import { keyedFetch, type KeyWire } from '../common/keyed-fetch.ts';
import { asFields, type Fields } from '../common/watched-reply.ts';

/** The limits of Gemini: 100 texts and about 20,000 tokens a request, 2048 tokens a text, of which it reads no more. */
const LIMITS = { inputs: 100, tokensPerInput: 2048, tokensPerRequest: 20_000 };

/** Gemini is told what a text is for; the same text as a question and as a document has two vectors of one space. */
const TASK_TYPES = { query: 'RETRIEVAL_QUERY', document: 'RETRIEVAL_DOCUMENT' } as const;

/** Vectors in the order of the texts; a row that is none stays, to be refused by its checker. */
function vectorsOf(reply: Fields): readonly unknown[] {
  if (!Array.isArray(reply.embeddings)) throw new TypeError('a reply without a list of vectors');
  return reply.embeddings.map((row) => asFields(row).values);
}

/**
 * The embedding model of one attempt, over the guarded fetch alone: LangChain's package for Gemini has no embeddings.
 * A text that may be longer than it reads is counted first, since the rest would be left out without a word.
 */
export async function openGeminiEmbeddings(
  { place, apiKey, guarded, call }: CloudAttempt<EmbeddingCall>,
  { wire, root }: { readonly wire: KeyWire; readonly root: string },
): Promise<EmbeddingModel> {
  const keyed = keyedFetch({ guarded, apiKey, place, wire });
  const model = `models/${place.model}`;
  const post = async (method: string, body: unknown, signal: AbortSignal): Promise<Fields> => {
    const reply = await keyed(`${root}/v1beta/${model}:${method}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
      signal,
    });
    return asFields(await reply.json());
  };
  const send = async ({ texts, role, dimensions, signal }: VectorRequest): Promise<VectorReply> => {
    const requests = texts.map((text) => ({
      model,
      content: { parts: [{ text }] },
      taskType: TASK_TYPES[role],
      ...(dimensions !== undefined && { outputDimensionality: dimensions }),
    }));
    const reply = await post('batchEmbedContents', { requests }, signal);
    const { promptTokenCount } = asFields(reply.usageMetadata);
    return {
      vectors: vectorsOf(reply),
      inputTokens: typeof promptTokenCount === 'number' ? promptTokenCount : undefined,
    };
  };
  const count = async (text: string, signal: AbortSignal): Promise<number> => {
    const { totalTokens } = await post('countTokens', { contents: [{ parts: [{ text }] }] }, signal);
    if (typeof totalTokens !== 'number') throw new TypeError('a reply without a count');
    return totalTokens;
  };
  return openCloudEmbeddings({ place, call, wire: { limits: LIMITS, send, count } });
}
