import type { HeldSpace } from './link/calls/space-calls.ts';
import { mendingCommand } from './spaces/mending-command.ts';
import { modelOfSpace } from './spaces/store-model.ts';
import type { StorePorts } from './store-ports.ts';

/** A question in every space that can be asked, and what must be told of those that cannot. */
interface QueryVectors {
  readonly vectors: readonly { readonly spaceId: string; readonly vector: Float32Array }[];
  readonly notices: readonly string[];
}

type QuestionPorts = Pick<StorePorts, 'purpose' | 'name' | 'environment' | 'canaries'>;

/** The question, and who may end the wait. */
interface Question {
  readonly text: string;
  readonly signal: AbortSignal;
}

type Answer = { readonly vector?: Float32Array; readonly notice?: string };

async function embedIn(held: HeldSpace, ports: QuestionPorts, { text, signal }: Question): Promise<Answer> {
  const { space, vectors } = held;
  try {
    const model = await modelOfSpace(ports, held, signal);
    if (model === undefined) {
      const notice = `${vectors} passages were embedded with ${space.name}, which no configured model serves: they are searched by their words only; ${mendingCommand(ports, 'migrate')} embeds them with the model that is configured`;
      return { notice };
    }
    // Begun first, so that the question waits for nothing; the canaries are a few more texts, once for an open store.
    const embedding = model.embeddings.embed([text], { role: 'query', signal });
    const [[vector], { notice, isFar }] = await Promise.all([embedding, ports.canaries.look(held, model, signal)]);
    if (vector?.length !== space.dimensions) {
      const got = vector === undefined ? 'no vector' : `a vector ${vector.length} long instead of ${space.dimensions}`;
      return { notice: `${space.name} gave ${got} for the question: searched by words only` };
    }
    return { ...(!isFar && { vector }), ...(notice !== undefined && { notice }) };
  } catch (error) {
    // A search goes on without a model; only the person who gave up ends it.
    if (signal.aborted) throw error;
    const reason = error instanceof Error ? error.message : String(error);
    return { notice: `the question could not be embedded with ${space.name} (${reason}): searched by words only` };
  }
}

/** What is searched in the space of a model that stood in for the store's own. */
function awayFromHome(spaces: readonly HeldSpace[], ports: QuestionPorts): readonly string[] {
  return spaces
    .filter(({ role }) => role === 'fallback')
    .map(
      ({ space, vectors }) =>
        `${vectors} passages are in the space of ${space.name}, which stood in for the store's own model, and are searched there; ${mendingCommand(ports, 'reconcile')} brings them home when that model answers`,
    );
}

/** Embeds a question once in each space that is searched and whose model can be reached and is what filled it. */
export async function embedQuestion(
  held: readonly HeldSpace[],
  ports: QuestionPorts,
  question: Question,
): Promise<QueryVectors> {
  const spaces = held.filter(({ isSearched }) => isSearched);
  if (spaces.length === 0) {
    const notice = `no passage is embedded yet, searched by words only: ${mendingCommand(ports, 'migrate')}`;
    return { vectors: [], notices: [notice] };
  }
  const answers = await Promise.all(spaces.map((each) => embedIn(each, ports, question)));
  const vectors = answers.flatMap(({ vector }, at) =>
    vector === undefined ? [] : [{ spaceId: spaces[at]!.space.spaceId, vector }],
  );
  return { vectors, notices: [...answers.flatMap(({ notice }) => notice ?? []), ...awayFromHome(spaces, ports)] };
}
