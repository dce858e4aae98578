import { style, table, wrapText, type EmbeddingsFactory, type RenderContext } from 'wooster';
import { z } from 'zod';
import { adviceFor, stateOfPurpose } from '../embeddings/purpose-advice.ts';

const purposeSchema = z.object({
  purpose: z.string(),
  model: z.string(),
  dimensions: z.number().optional(),
  servedBy: z.string().optional(),
  state: z.string(),
  problem: z.string().optional(),
  remedy: z.string().optional(),
});

const embedderSchema = z.object({
  model: z.string(),
  name: z.string(),
  locality: z.enum(['local', 'cloud']),
  state: z.string(),
  dimensions: z.number().optional(),
  maxTokens: z.number().optional(),
  serves: z.array(z.string()),
});

/** Embeddings in the result of `health-check`: how each purpose stands, and the models there are. */
export const embeddingHealthSchema = z.object({
  purposes: z.array(purposeSchema),
  models: z.array(embedderSchema),
});

type EmbeddingHealth = z.output<typeof embeddingHealthSchema>;

/** Looks at purposes and embedding models; asks for no vector and loads no model. */
export async function lookAtEmbeddings(factory: EmbeddingsFactory, signal: AbortSignal): Promise<EmbeddingHealth> {
  const { models, purposes } = await factory.status(signal);
  return {
    purposes: purposes.map((purpose) => ({
      purpose: purpose.purpose,
      model: purpose.model,
      dimensions: purpose.dimensions,
      servedBy: purpose.ref,
      state: stateOfPurpose(purpose, models),
      problem: purpose.problem,
      remedy: adviceFor(purpose, models),
    })),
    models: models.map(({ ref, facts, locality, state, servesPurposes }) => ({
      model: ref,
      name: facts.name,
      locality,
      state,
      dimensions: facts.dimensions,
      maxTokens: facts.maxTokens,
      serves: [...servesPurposes],
    })),
  };
}

const INDENT = '  ';

const COLORS = { ready: 'green', off: 'dim', missing: 'red', down: 'red', misconfigured: 'red' } as const;

/** The table of purposes, with what to do about each that nothing serves below it. */
export function renderEmbeddings({ purposes }: EmbeddingHealth, context: RenderContext): string {
  const color = (state: string): string =>
    style(state, COLORS[state as keyof typeof COLORS] ?? 'yellow', context.hasColor);
  const rows = table(
    purposes,
    [
      { title: 'embeddings', value: ({ purpose }) => purpose },
      { title: 'model', value: ({ model }) => model },
      { title: 'numbers', align: 'right', value: ({ dimensions }) => (dimensions ?? '-').toString() },
      { title: 'served by', value: ({ servedBy }) => servedBy ?? '-' },
      { title: 'state', value: ({ state }) => color(state) },
    ],
    context,
  );
  return [rows, ...describeFaults(purposes, context)].join('\n');
}

type Purpose = EmbeddingHealth['purposes'][number];

/** What is wrong, for a person: why each server does not serve the model stands in the table of servers, and with `--json`. */
function shortProblem({ state, model, problem = '' }: Purpose): string {
  return state === 'missing' ? `nothing serves ${model}` : problem;
}

function describeFaults(purposes: readonly Purpose[], context: RenderContext): readonly string[] {
  const faulty = purposes.filter(({ problem }) => problem !== undefined);
  const byProblem = Map.groupBy(faulty, (purpose) => shortProblem(purpose));
  return [...byProblem].map(([problem, those]) => {
    const names = those.map(({ purpose }) => purpose).join(', ');
    const { remedy } = those[0] ?? {};
    const advice = remedy === undefined ? '' : wrapText(`→ ${remedy}`, context.width - INDENT.length);
    const text = `${wrapText(`${names}: ${problem}`, context.width)}${advice && `\n${advice}`.replaceAll('\n', `\n${INDENT}`)}`;
    return those[0]?.state === 'off' ? style(text, 'dim', context.hasColor) : text;
  });
}
