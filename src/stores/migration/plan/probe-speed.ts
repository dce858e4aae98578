import type { SpaceBoundEmbeddings } from '../../../contracts/models/embedding-model.ts';

const PROBED_TEXTS = 128;

/** No further batch is begun after this, so that a slow model is not asked for minutes. */
const PROBE_MS = 1_500;

/** What writing, checking and indexing one number of a vector takes; little beside any model. */
const SECONDS_A_NUMBER = 1e-7;

/** What writing, reading and parking one row takes, whatever its length. */
const SECONDS_A_ROW = 6e-5;

interface SizedText {
  readonly text: string;
  readonly tokens: number;
}

/** Texts spread evenly over all lengths, in an order of which every beginning is spread so too. */
function spread(texts: readonly SizedText[], count: number): readonly SizedText[] {
  const sorted = texts.toSorted((one, other) => one.tokens - other.tokens);
  const chosen = new Set<number>();
  // Multiples of the golden ratio fill an interval evenly, however many there are.
  for (let at = 0; at < count * 4 && chosen.size < Math.min(count, sorted.length); at += 1) {
    chosen.add(Math.floor(((0.5 + at * 0.618_033_988_75) % 1) * sorted.length));
  }
  return [...chosen].map((at) => sorted[at]!);
}

async function measure(
  sample: readonly SizedText[],
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<number> {
  const size = Math.max(1, Math.min(sample.length, embeddings.limits.inputs));
  let tokens = 0;
  const startedAt = performance.now();
  for (let at = 0; at < sample.length && performance.now() - startedAt < PROBE_MS; at += size) {
    const batch = sample.slice(at, at + size);
    await embeddings.embed(
      batch.map(({ text }) => text),
      { role: 'document', signal },
    );
    tokens += batch.reduce((sum, each) => sum + each.tokens, 0);
  }
  return (performance.now() - startedAt) / 1_000 / Math.max(1, tokens);
}

/** Seconds that embedding and writing take, by a timed probe of some of the texts; no vector of it is kept. */
export async function probeSeconds(
  work: { readonly texts: readonly SizedText[]; readonly vectors: number; readonly embeddings: SpaceBoundEmbeddings },
  signal: AbortSignal,
): Promise<number> {
  const { texts, vectors, embeddings } = work;
  const writing = vectors * (SECONDS_A_ROW + SECONDS_A_NUMBER * embeddings.space.dimensions);
  const [first, ...sample] = spread(texts, PROBED_TEXTS + 1);
  if (first === undefined) return writing;
  const probed = sample.length === 0 ? [first] : sample;
  const all = [first, ...sample].map(({ text }) => text);
  // Vectors that are remembered would make it look faster than it is.
  embeddings.forget(all);
  try {
    await embeddings.embed([first.text], { role: 'document', signal });
    embeddings.forget([first.text]);
    const secondsAToken = await measure(probed, embeddings, signal);
    return writing + secondsAToken * texts.reduce((sum, each) => sum + each.tokens, 0);
  } finally {
    embeddings.forget(all);
  }
}
