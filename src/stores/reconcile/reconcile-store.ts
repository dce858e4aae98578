import { ConfigError } from '../../contracts/errors/host-errors.ts';
import { NoRouteError } from '../../contracts/errors/provider-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { ReconcileOptions, ReconcileReport } from '../../contracts/knowledge/upkeep.ts';
import type { EmbeddingSpace, SpaceBoundEmbeddings } from '../../contracts/models/embedding-model.ts';
import { flatten, windowSize } from '../add-sources.ts';
import type { HomelessTexts } from '../link/calls/reconcile-calls.ts';
import { inRun } from '../migration/in-run.ts';
import { modelOfStore } from '../spaces/store-model.ts';
import type { StorePorts } from '../store-ports.ts';

/** Texts that are counted at a time for a plan. */
const COUNTED_AT_ONCE = 1_024;

const TASK = 'bringing vectors home';

/** The model that texts are brought home to; what only stands in for it, or is another than the store's own, is no home. */
async function ownModel(
  ports: StorePorts,
  own: EmbeddingSpace | undefined,
  { signal, isPlan = false }: ReconcileOptions,
): Promise<SpaceBoundEmbeddings> {
  const { purpose, location, environment, canaries } = ports;
  const model = await modelOfStore(ports, signal);
  const { disabledReason, model: wanted } = environment.settings.embeddings[purpose];
  if (model === undefined) {
    const why = disabledReason === undefined ? '' : ` (${disabledReason})`;
    throw new ConfigError(`embeddings for ${purpose} are off${why}: turn them on to bring vectors home`);
  }
  const { embeddings, isFallback } = model;
  if (isFallback) {
    const name = own?.name ?? wanted;
    const message = `${name}, the model of the store at ${location}, cannot be reached, and ${embeddings.space.name} only stands in for it: start what serves ${name}, and run this again`;
    throw new NoRouteError(message, { reasons: [`${embeddings.space.name} is a stand-in`] });
  }
  if (isPlan) await canaries.requireUnchanged(model, signal);
  else await ports.inTurn(TASK, signal, () => canaries.requireSame(model, signal));
  return embeddings;
}

async function ownSpace({ link }: StorePorts, signal: AbortSignal): Promise<EmbeddingSpace | undefined> {
  return (await link.call('heldSpaces', null, signal)).find(({ role }) => role === 'primary')?.space;
}

async function* homelessWindows(
  { link }: StorePorts,
  limit: number,
  signal: AbortSignal,
): AsyncGenerator<HomelessTexts> {
  for (let after = 0; ;) {
    const found = await link.call('homeless', { after, limit }, signal);
    const last = found.ids.at(-1);
    if (last === undefined) return;
    after = last;
    yield found;
  }
}

/** Vectors by the place of their text; a text that the model finds too long has none. */
async function embedShortEnough(
  texts: readonly string[],
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<readonly (Float32Array | undefined)[]> {
  try {
    return texts.length === 0 ? [] : await embeddings.embed(texts, { role: 'document', signal });
  } catch (error) {
    if (!isWoosterError(error) || error.code !== 'E_CONTEXT') throw error;
    if (texts.length === 1) return [undefined];
    const half = Math.ceil(texts.length / 2);
    const first = await embedShortEnough(texts.slice(0, half), embeddings, signal);
    return [...first, ...(await embedShortEnough(texts.slice(half), embeddings, signal))];
  }
}

interface Counted {
  readonly tokens: number;
  /** Whether the model reads each of the texts, as far as counting can tell. */
  readonly isReadable: readonly boolean[];
}

async function count(
  texts: readonly string[],
  embeddings: SpaceBoundEmbeddings,
  signal: AbortSignal,
): Promise<Counted> {
  const { counts, precision } = await embeddings.countTokens(texts, signal);
  // An upper bound or an estimate refuses nothing: the model itself does.
  const isReadable = counts.map((each) => precision !== 'exact' || each <= embeddings.limits.tokensPerInput);
  return { tokens: counts.reduce((sum, each, at) => sum + (isReadable[at] === true ? each : 0), 0), isReadable };
}

interface Totals {
  tokens: number;
  embedded: number;
  tooLong: number;
}

async function bringWindow(
  ports: StorePorts,
  { hashes, texts }: HomelessTexts,
  { embeddings, totals, signal }: { embeddings: SpaceBoundEmbeddings; totals: Totals; signal: AbortSignal },
): Promise<void> {
  const { space } = embeddings;
  const { tokens, isReadable } = await count(texts, embeddings, signal);
  const readable = texts.flatMap((text, at) => (isReadable[at] === true ? [{ text, hash: hashes[at]! }] : []));
  const made = await embedShortEnough(
    readable.map(({ text }) => text),
    embeddings,
    signal,
  );
  const home = readable.flatMap(({ hash }, at) => (made[at] === undefined ? [] : [{ hash, vector: made[at] }]));
  totals.tokens += tokens;
  totals.embedded += home.length;
  totals.tooLong += texts.length - home.length;
  if (home.length === 0) return;
  const vectors = flatten(
    home.map(({ vector }) => vector),
    space,
    ports.location,
  );
  const input = { space, hashes: home.map(({ hash }) => hash), vectors };
  const transfer = [vectors.buffer as ArrayBuffer];
  // The writer's place is taken for the writing alone: embedding may take long, and others want to write.
  await ports.inTurn(TASK, signal, () => ports.link.call('bringHome', input, signal, { transfer, isAwaited: true }));
}

async function countAll(ports: StorePorts, embeddings: SpaceBoundEmbeddings, signal: AbortSignal): Promise<Totals> {
  const totals = { tokens: 0, embedded: 0, tooLong: 0 };
  for await (const { texts } of homelessWindows(ports, COUNTED_AT_ONCE, signal)) {
    const { tokens, isReadable } = await count(texts, embeddings, signal);
    totals.tokens += tokens;
    totals.tooLong += isReadable.filter((each) => !each).length;
  }
  return totals;
}

async function bringOrCount(
  ports: StorePorts,
  embeddings: SpaceBoundEmbeddings | undefined,
  options: ReconcileOptions & { readonly total: number },
): Promise<Totals> {
  if (embeddings === undefined) return { tokens: 0, embedded: 0, tooLong: 0 };
  if (options.isPlan === true) return countAll(ports, embeddings, options.signal);
  const { signal } = options;
  return inRun(ports, TASK, { signal, work: () => bringAll(ports, embeddings, options) });
}

async function bringAll(
  ports: StorePorts,
  embeddings: SpaceBoundEmbeddings,
  { signal, onProgress, total }: ReconcileOptions & { readonly total: number },
): Promise<Totals> {
  const totals = { tokens: 0, embedded: 0, tooLong: 0 };
  for await (const found of homelessWindows(ports, windowSize(embeddings), signal)) {
    await bringWindow(ports, found, { embeddings, totals, signal });
    onProgress?.(totals.embedded + totals.tooLong, Math.max(total, totals.embedded + totals.tooLong));
  }
  return totals;
}

/**
 * Embeds in the store's own space what only a stand-in's space holds, and texts without any vector, some at a time; a
 * run that is killed is gone on with by the next one. A store that only stand-ins have served gets the model of the
 * settings as its own. The model is asked for only where there is something to embed.
 */
export async function reconcileStore(ports: StorePorts, options: ReconcileOptions): Promise<ReconcileReport> {
  const { signal, isPlan = false } = options;
  const { fromFallback, withoutVector, standIns } = await ports.link.call('homelessCounts', null, signal);
  const own = await ownSpace(ports, signal);
  const total = fromFallback + withoutVector;
  const embeddings = total === 0 ? undefined : await ownModel(ports, own, options);
  const totals = await bringOrCount(ports, embeddings, { ...options, total });
  const hasToDrop = !isPlan && standIns > 0;
  const dropped = hasToDrop
    ? await ports.inTurn(TASK, signal, () => ports.link.call('dropStandIns', null, signal, { isAwaited: true }))
    : [];
  const to = embeddings?.space ?? own;
  const usd = embeddings === undefined ? 0 : embeddings.usdOf(totals.tokens);
  return { ...(to && { to }), fromFallback, withoutVector, ...totals, ...(usd !== undefined && { usd }), dropped };
}
