import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { KnowledgeStore, SpaceBoundEmbeddings } from '../../../src/index.ts';
import { sourceOf } from '../../stores/support/sources.ts';
import { factoryOf, withStore } from '../migration/real-embedders.ts';
import { KeptEmbeddings, type KeptVectors } from './kept-embeddings.ts';
import { passageName, type CutFile, type KnownQuestion } from './known-passages.ts';

const LIMIT_MS = 1_200_000;

/** Places that count. */
export const TOP = 10;

/** A model with what it made so far. */
export interface KeptModel {
  readonly embeddings: SpaceBoundEmbeddings;
  readonly kept: KeptVectors;
}

/** A passage that a question found, and the space that found it. */
interface Found {
  readonly passage: string;
  readonly spaceId: string | undefined;
}

/** What each question found, best first. */
type Answers = readonly (readonly Found[])[];

/** One part of a store that holds two spaces. */
interface PartResult {
  readonly model: string;
  /** Questions with an answer in this part. */
  readonly questions: number;
  /** Of these, found by the store with both spaces. */
  readonly merged: number;
  /** Of these, found by this model where it has all the passages. */
  readonly alone: number;
  /** Places among the ten first of all questions. */
  readonly places: number;
}

/** What merging two spaces costs, and what becomes of each. */
export interface FusionResult {
  /** Part of the files that is in the second space. */
  readonly share: number;
  readonly questions: number;
  /** Questions with a right passage among the ten first, as a part of all. */
  readonly recall: { readonly first: number; readonly second: number; readonly merged: number };
  readonly parts: readonly [PartResult, PartResult];
}

const limit = (): AbortSignal => AbortSignal.timeout(LIMIT_MS);

function sourcesOf(files: readonly CutFile[]): ReturnType<typeof sourceOf>[] {
  return files.map(({ path, passages }) => sourceOf(path, passages));
}

async function ask(store: KnowledgeStore, questions: readonly KnownQuestion[]): Promise<Answers> {
  const answers: Found[][] = [];
  for (const { text } of questions) {
    const { passages } = await store.search({ text, k: TOP, mode: 'vector' }, limit());
    answers.push(
      passages.map(({ path, chunk, parts }) => ({
        passage: passageName(path, chunk.ordinal),
        spaceId: parts.vector?.spaceId,
      })),
    );
  }
  return answers;
}

async function inFolder<T>(use: (folder: string) => Promise<T>): Promise<T> {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-fusion-'));
  try {
    return await use(folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What the questions find where all files are in the space of one model. */
export function searchAlone(
  { embeddings, kept }: KeptModel,
  files: readonly CutFile[],
  questions: readonly KnownQuestion[],
): Promise<Answers> {
  const factory = factoryOf(new KeptEmbeddings(embeddings, kept));
  return inFolder((folder) =>
    withStore(join(folder, 'store'), factory, async (store) => {
      await store.add(sourcesOf(files), limit());
      return ask(store, questions);
    }),
  );
}

/** Which files go to the second space: by their names and a seed. */
function isSecond(path: string, { seed, share }: { readonly seed: number; readonly share: number }): boolean {
  return createHash('sha256').update(`${seed} ${path}`).digest().readUInt32LE(0) / 2 ** 32 < share;
}

/** What the questions find where the second model stood in for the first with a part of the files. */
async function searchMerged(
  [first, second]: readonly [KeptModel, KeptModel],
  parts: { readonly own: readonly CutFile[]; readonly standIn: readonly CutFile[] },
  questions: readonly KnownQuestion[],
): Promise<Answers> {
  const own = new KeptEmbeddings(first.embeddings, first.kept);
  const standIn = new KeptEmbeddings(second.embeddings, second.kept, true);
  return inFolder(async (folder) => {
    const location = join(folder, 'store');
    await withStore(location, factoryOf(own), (store) => store.add(sourcesOf(parts.own), limit()));
    await withStore(location, factoryOf(standIn), (store) => store.add(sourcesOf(parts.standIn), limit()));
    return withStore(location, factoryOf(own, standIn), (store) => ask(store, questions));
  });
}

/** One store after another with the files dealt anew, each question asked in each. */
export interface FusionTask {
  readonly models: readonly [KeptModel, KeptModel];
  readonly files: readonly CutFile[];
  readonly questions: readonly KnownQuestion[];
  readonly share: number;
  readonly seeds: readonly number[];
  /** What each model finds alone. */
  readonly alone: readonly [Answers, Answers];
}

/** Counts over all seeds what two spaces in one store find. */
export async function measureFusion(task: FusionTask): Promise<FusionResult> {
  const { models, files, questions, share, seeds, alone } = task;
  const counts = models.map(() => ({ questions: 0, merged: 0, alone: 0, places: 0 }));
  let merged = 0;
  for (const seed of seeds) {
    const second = files.filter(({ path }) => isSecond(path, { seed, share }));
    const parts = { own: files.filter((file) => !second.includes(file)), standIn: second };
    const answers = await searchMerged(models, parts, questions);
    for (const [at, held] of [parts.own, parts.standIn].entries()) {
      const names = new Set(
        held.flatMap(({ path, passages }) => passages.map((_, number) => passageName(path, number))),
      );
      const { spaceId } = models[at]!.embeddings.space;
      const count = counts[at]!;
      for (const [number, { right }] of questions.entries()) {
        const isRightHere = ({ passage }: Found): boolean => right.has(passage) && names.has(passage);
        count.places += answers[number]!.filter((found) => found.spaceId === spaceId).length;
        if (![...right].some((name) => names.has(name))) continue;
        count.questions += 1;
        if (answers[number]!.some(isRightHere)) count.merged += 1;
        if (alone[at]![number]!.some(isRightHere)) count.alone += 1;
      }
    }
    merged += foundBy(answers, questions);
  }
  const parts = models.map(({ embeddings }, at): PartResult => ({ model: embeddings.space.name, ...counts[at]! }));
  return {
    share,
    questions: questions.length,
    recall: {
      first: foundBy(alone[0], questions) / questions.length,
      second: foundBy(alone[1], questions) / questions.length,
      merged: merged / (seeds.length * questions.length),
    },
    parts: [parts[0]!, parts[1]!],
  };
}

function foundBy(answers: Answers, questions: readonly KnownQuestion[]): number {
  return questions.filter(({ right }, at) => answers[at]!.some(({ passage }) => right.has(passage))).length;
}
