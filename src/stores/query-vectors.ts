import type { EmbeddingPurpose, EmbeddingsFactory } from '../contracts/models/embedding-model.ts';
import { ownerOf } from './store-owner.ts';
import type { SearchableSpace } from './link/store-calls.ts';

/** A question in every space that can be asked, and what must be told of those that cannot. */
interface QueryVectors {
  readonly vectors: readonly { readonly spaceId: string; readonly vector: Float32Array }[];
  readonly notices: readonly string[];
}

/** Which store is asked, with which question. */
interface QuestionRequest {
  readonly text: string;
  readonly purpose: EmbeddingPurpose;
  readonly name: string;
  readonly signal: AbortSignal;
}

function migrateCommand({ purpose, name }: QuestionRequest): string {
  if (purpose === 'userProfile') return '`wooster migrate --user-profile`';
  return `\`wooster migrate --project ${name}\``;
}

type Answer = { readonly vector: Float32Array } | { readonly notice: string };

async function embedIn(
  { space, vectors }: SearchableSpace,
  factory: EmbeddingsFactory,
  request: QuestionRequest,
): Promise<Answer> {
  const { text, purpose, signal } = request;
  try {
    const embeddings = await factory.ofSpace(space, purpose, signal, ownerOf(request));
    if (embeddings === undefined) {
      const notice = `${vectors} passages were embedded with ${space.name}, which no configured model serves: they are searched by their words only; ${migrateCommand(request)} embeds them with the model that is configured`;
      return { notice };
    }
    const [vector] = await embeddings.embed([text], { role: 'query', signal });
    return vector === undefined ? { notice: `${space.name} gave no vector for the question` } : { vector };
  } catch (error) {
    // A search goes on without a model; only the person who gave up ends it.
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { notice: `the question could not be embedded with ${space.name} (${reason}): searched by words only` };
  }
}

/** Embeds a question once in each space that has vectors and whose model can be reached. */
export async function embedQuestion(
  spaces: readonly SearchableSpace[],
  factory: EmbeddingsFactory,
  request: QuestionRequest,
): Promise<QueryVectors> {
  if (spaces.length === 0) {
    return { vectors: [], notices: [`no passage is embedded yet, searched by words only: ${migrateCommand(request)}`] };
  }
  const answers = await Promise.all(spaces.map((space) => embedIn(space, factory, request)));
  const vectors: { spaceId: string; vector: Float32Array }[] = [];
  const notices: string[] = [];
  answers.forEach((answer, at) => {
    if ('notice' in answer) notices.push(answer.notice);
    else vectors.push({ spaceId: spaces[at]!.space.spaceId, vector: answer.vector });
  });
  return { vectors, notices };
}
