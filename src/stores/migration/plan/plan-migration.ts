import { statfs } from 'node:fs/promises';
import type { MigrationPlan, MigrationTarget } from '../../../contracts/knowledge/migration.ts';
import type { EmbeddingSpace, SpaceBoundEmbeddings } from '../../../contracts/models/embedding-model.ts';
import { embeddingTextOf } from '../../../kernel/embedding-text.ts';
import { hasChanged } from '../changed-model.ts';
import { piecesOf } from '../cut-source.ts';
import { measureTexts } from '../find-too-long.ts';
import { isCutOf } from '../is-cut-of.ts';
import { probeSeconds } from './probe-speed.ts';
import { targetEmbeddings } from '../target-embeddings.ts';
import type { MigrationPorts } from '../target-embeddings.ts';

const READ_AT_ONCE = 1_024;

/** What a row costs beside its vector, in the table, its indexes and the file of the index. */
const BYTES_A_ROW = 96;

/** A text that is to be embedded, with its tokens for the new model. */
interface SizedText {
  readonly text: string;
  readonly tokens: number;
}

interface Survey {
  readonly texts: readonly SizedText[];
  readonly precision: MigrationPlan['tokensPrecision'];
  readonly tooLong: number;
  readonly cutInto: number;
  readonly parkedBytes: number;
  /** What counting took; the migration counts again. */
  readonly countingSeconds: number;
}

async function cutText(
  { link, environment }: MigrationPorts,
  { hash, text }: { readonly hash: string; readonly text: string },
  work: { readonly embeddings: SpaceBoundEmbeddings; readonly signal: AbortSignal },
): Promise<readonly string[]> {
  if (environment.cut === undefined) return [text];
  const sources = await link.call('sourcesOfTexts', { hashes: [hash] }, work.signal);
  const chunk = sources.flatMap(({ chunks }) => chunks).find((each) => embeddingTextOf(each).toWellFormed() === text);
  if (chunk === undefined) return [text];
  return (await piecesOf(chunk, { ...work, cut: environment.cut })).map(embeddingTextOf);
}

/** Counts every text that the target needs and lacks; the too long ones as they would be cut. */
async function survey(
  ports: MigrationPorts,
  { space, embeddings }: { readonly space: EmbeddingSpace; readonly embeddings: SpaceBoundEmbeddings },
  signal: AbortSignal,
): Promise<Survey> {
  const texts: SizedText[] = [];
  let precision: Survey['precision'] = 'exact';
  const found = { tooLong: 0, cutInto: 0, parkedBytes: 0 };
  const startedAt = performance.now();
  for (let after = 0; ;) {
    const window = await ports.link.call('unfilledTexts', { space, after, limit: READ_AT_ONCE }, signal);
    if (window.texts.length === 0) break;
    after = window.last;
    const sizes = await measureTexts(embeddings, window.texts, signal);
    if (sizes.precision !== 'exact') precision = sizes.precision;
    const isTooLong = new Set(sizes.tooLong);
    for (const [at, text] of window.texts.entries()) {
      if (!isTooLong.has(at)) {
        texts.push({ text, tokens: sizes.counts[at]! });
        continue;
      }
      const pieces = await cutText(ports, { hash: window.hashes[at]!, text }, { embeddings, signal });
      const { counts } = await embeddings.countTokens(pieces, signal);
      pieces.forEach((piece, part) => texts.push({ text: piece, tokens: counts[part]! }));
      found.tooLong += 1;
      found.cutInto += pieces.length;
      found.parkedBytes += pieces.reduce((sum, piece) => sum + Buffer.byteLength(piece) + BYTES_A_ROW, 0);
    }
  }
  return { texts, precision, ...found, countingSeconds: (performance.now() - startedAt) / 1_000 };
}

async function freeBytesAt(location: string): Promise<number | undefined> {
  try {
    const { bavail, bsize } = await statfs(location);
    return bavail * bsize;
  } catch {
    // Some systems do not tell.
    return undefined;
  }
}

/** As `StoreMigrations.plan`: counts, measures and prices; writes nothing. */
export async function planMigration(
  ports: MigrationPorts,
  target: MigrationTarget,
  signal: AbortSignal,
): Promise<MigrationPlan> {
  const embeddings = await targetEmbeddings(ports, target, signal);
  const { locality } = embeddings;
  // Nothing of a model as it is now is there yet, where what has its name was of the model before it changed.
  const isChanged = await hasChanged(ports, embeddings, signal);
  const space = isChanged ? { ...embeddings.space, spaceId: crypto.randomUUID() } : embeddings.space;
  const { from, texts, done, cuttable } = await ports.link.call('surveyTarget', { space }, signal);
  const isCut = from !== undefined && isCutOf(from, space) && cuttable === texts - done && cuttable > 0;
  const found = isCut ? undefined : await survey(ports, { space, embeddings }, signal);
  const sized = found?.texts ?? [];
  const tokens = sized.reduce((sum, each) => sum + each.tokens, 0);
  const vectors = isCut ? cuttable : sized.length;
  const { countingSeconds = 0, parkedBytes = 0, precision = 'exact', tooLong = 0, cutInto = 0 } = found ?? {};
  const measured = await probeSeconds({ texts: sized, vectors, embeddings }, signal);
  const usd = isCut ? 0 : embeddings.usdOf(tokens);
  const freeBytes = await freeBytesAt(ports.location);
  return {
    ...(from && { from }),
    to: embeddings.space,
    locality,
    how: isCut ? 'cut' : 'embed',
    texts: done + vectors,
    done,
    tokens,
    tokensPrecision: precision,
    tooLong,
    cutInto,
    seconds: isCut || sized.length > 0 ? measured + countingSeconds : 0,
    ...(usd !== undefined && { usd }),
    // Once in the table and once in the index.
    diskBytes: vectors * (space.dimensions * 4 * 2 + BYTES_A_ROW) + parkedBytes,
    ...(freeBytes !== undefined && { freeBytes }),
  };
}
