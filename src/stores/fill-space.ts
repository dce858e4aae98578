import type { SpaceBoundEmbeddings } from '../contracts/models/embedding-model.ts';
import { StoreError } from '../contracts/errors/resource-errors.ts';
import { flatten, windowSize } from './add-sources.ts';
import type { WritePorts } from './add-sources.ts';
import type { StoreCalls } from './link/store-calls.ts';

type FillPorts = WritePorts & { readonly embeddings: SpaceBoundEmbeddings };

async function* missingTexts(
  { link, embeddings, signal, isFallback }: FillPorts,
  limit: number,
): AsyncGenerator<StoreCalls['missing']['output']> {
  const { space } = embeddings;
  for (let after = 0; ;) {
    const found = await link.call('missing', { space, after, limit, isFallback }, signal);
    const last = found.ids.at(-1);
    if (last === undefined) return;
    after = last;
    yield found;
  }
}

/** Texts that were cut for another model may be longer than this one reads: then nothing is embedded. */
async function refuseTooLong(ports: FillPorts): Promise<void> {
  const { link, embeddings, signal, location } = ports;
  const { limits, space } = embeddings;
  const cuts = await link.call('splittings', null, signal);
  if (cuts.every(({ tokenizer, maxTokens }) => tokenizer === space.name && maxTokens <= limits.tokensPerInput)) return;
  let tooLong = 0;
  let total = 0;
  for await (const found of missingTexts(ports, 1_024)) {
    const { counts, precision } = await embeddings.countTokens(found.texts, signal);
    // An upper bound or an estimate refuses nothing: the model itself does.
    if (precision === 'exact') tooLong += counts.filter((count) => count > limits.tokensPerInput).length;
    total += found.texts.length;
  }
  if (tooLong === 0) return;
  const message = `${tooLong} of ${total} passages of the store at ${location} are longer than the ${limits.tokensPerInput} tokens that ${space.name} reads: ingest the folder again, which cuts them anew for this model`;
  throw new StoreError('E_MIGRATION', message, { location, details: { tooLong, total } });
}

/** Embeds every text without a vector in the space of the embeddings; in a fallback only what the store's own space lacks too. */
export async function fillSpace(
  ports: FillPorts,
  onProgress: ((done: number, total: number) => void) | undefined,
): Promise<{ readonly embedded: number }> {
  const { link, embeddings, signal, location, isFallback, beforeVectors } = ports;
  const { space } = embeddings;
  await refuseTooLong(ports);
  let embedded = 0;
  let total: number | undefined;
  for await (const found of missingTexts(ports, windowSize(embeddings))) {
    if (total === undefined) await beforeVectors?.();
    total ??= found.total;
    const vectors = flatten(await embeddings.embed(found.texts, { role: 'document', signal }), space, location);
    const input = { space, ids: found.ids, vectors, isFallback };
    await link.call('fill', input, signal, { transfer: [vectors.buffer as ArrayBuffer], isAwaited: true });
    embedded += found.ids.length;
    onProgress?.(embedded, total);
  }
  return { embedded };
}
