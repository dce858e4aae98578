import type { ContentFault } from '../faults/fault-kinds.ts';
import type { World } from '../world.ts';
import { hash, tokensOf } from './chat-answer.ts';

/** One vector with the index the reply will give it. */
interface EmbeddingRow {
  index: number;
  vector: (number | null)[];
}

/** Vectors before any dialect puts them into its own frame. */
export interface EmbeddingAnswer {
  model: string;
  rows: EmbeddingRow[];
  promptTokens: number;
}

/** What an embedding request asks, the same for every dialect. */
interface EmbeddingQuestion {
  model: string;
  texts: string[];
  dimensions: number;
  isNormalised: boolean;
}

/** The texts of an `input` field: a string, a list of strings, or token arrays (each counted as one text). */
export function inputTexts(input: unknown): string[] | undefined {
  if (typeof input === 'string') return [input];
  if (!Array.isArray(input)) return undefined;
  if (input.length > 0 && input.every((item) => typeof item === 'number')) return [input.join(' ')];
  return input.map((item) => (Array.isArray(item) ? item.join(' ') : String(item)));
}

/** One vector a text, the same at every call: the sum of one vector a word, so that texts which share words are near each other. */
export function composeEmbeddings(world: World, question: EmbeddingQuestion): EmbeddingAnswer {
  const texts = question.texts.map((text) => readPart(world, text));
  const rows = texts.map((text, index) => ({ index, vector: vectorFor(text, question) }));
  const promptTokens = texts.reduce((sum, text) => sum + Math.max(1, tokensOf(text).length), 0);
  const answer: EmbeddingAnswer = { model: question.model, rows, promptTokens };
  return world.faults.reduce((result, fault) => spoilEmbeddings(result, fault as ContentFault), answer);
}

function readPart({ faults }: World, text: string): string {
  const cut = faults.find((fault) => fault.kind === 'cut-input');
  return cut === undefined ? text : tokensOf(text).slice(0, cut.tokens).join('');
}

function vectorFor(text: string, question: EmbeddingQuestion): number[] {
  const sum = Array.from({ length: question.dimensions }, () => 0);
  for (const word of text.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [text]) {
    const seed = Number.parseInt(hash(word).slice(0, 8), 16);
    for (let place = 0; place < sum.length; place += 1) sum[place] = (sum[place] ?? 0) + noise(seed, place);
  }
  if (!question.isNormalised) return sum.map((value) => value * 3);
  const length = Math.hypot(...sum) || 1;
  return sum.map((value) => value / length);
}

/** A number in [-1, 1) that depends on both arguments only (a 32-bit mixing function). */
function noise(seed: number, place: number): number {
  let mixed = Math.imul(seed ^ Math.imul(place + 1, 0x9e3779b1), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return ((mixed ^ (mixed >>> 16)) >>> 0) / 2 ** 31 - 1;
}

function spoilEmbeddings(answer: EmbeddingAnswer, fault: ContentFault): EmbeddingAnswer {
  const { rows } = answer;
  const mapVectors = (change: (vector: EmbeddingRow['vector']) => EmbeddingRow['vector']): EmbeddingAnswer => ({
    ...answer,
    rows: rows.map((row) => ({ ...row, vector: change(row.vector) })),
  });
  if (fault.kind === 'wrong-model') return { ...answer, model: fault.model };
  if (fault.kind === 'null-elements') return mapVectors((vector) => vector.map(() => null));
  if (fault.kind === 'zero-vectors') return mapVectors((vector) => vector.map(() => 0));
  if (fault.kind === 'quarter-dimensions') return mapVectors((vector) => vector.slice(0, vector.length / 4));
  if (fault.kind === 'wrong-dimensions') {
    const { dimensions } = fault;
    return mapVectors((vector) => Array.from({ length: dimensions }, (_, place) => vector[place] ?? 0.5));
  }
  if (fault.kind === 'missing-rows')
    return { ...answer, rows: rows.slice(0, Math.max(0, rows.length - (fault.rows ?? 1))) };
  if (fault.kind === 'shuffled-index') return { ...answer, rows: rows.toReversed() };
  return answer;
}

/** Little-endian float32 in base64, as the OpenAI wire carries it. */
export function base64Vector(vector: (number | null)[]): string {
  return Buffer.from(new Float32Array(vector.map((value) => value ?? Number.NaN)).buffer).toString('base64');
}
