import type { ModelComparison } from '../../contracts/knowledge/upkeep.ts';
import { cosineOf } from '../embedding-vectors.ts';

/**
 * Fixed texts whose vectors tell a model from another: prose in four languages and three scripts, code, numbers, a path.
 * Each is short, since they are embedded once for every open store. Never changed: stores hold what models made of them.
 */
export const CANARY_TEXTS: readonly string[] = [
  'The committee postponed the vote until the missing pages had been found.',
  'Der Zug nach Leipzig fährt heute von Gleis sieben und hält nicht in Riesa.',
  'La lumière du phare balayait la baie toutes les douze secondes.',
  '図書館は月曜日が休みです。本は返却箱に入れてください。',
  'Заявление подаётся в двух экземплярах до конца недели.',
  'function mean(values) { return values.reduce((sum, value) => sum + value, 0) / values.length; }',
  '3.14159 2.71828 1.41421 42 1997-08-29 1024 768 384 0xff',
  'error: ENOENT, open /var/lib/app/config.json (retry 3 of 5)',
];

/**
 * Lowest cosine over the texts, each embedded as a document, from which on a model is the same. Measured on
 * all-MiniLM-L6-v2: another engine with the same weights stays above 0.99999, 8-bit weights against 32-bit ones fall to
 * 0.9989. Numbers that a server rounds, or another order of summing, stay far above.
 */
export const SAME_FROM = 0.9995;

/** From here on it is another build or quantisation of the model; two different models of one length stay near 0. */
export const NEAR_FROM = 0.98;

/** How near two sets of canaries are, the vectors of each one after another; sets of different lengths are of models that cannot be the same: 0, `far`. */
export function compareCanaries(
  recorded: Float32Array,
  now: Float32Array,
): Pick<ModelComparison, 'cosine' | 'verdict'> {
  const dimensions = recorded.length / CANARY_TEXTS.length;
  if (recorded.length !== now.length || !Number.isInteger(dimensions)) return { cosine: 0, verdict: 'far' };
  const cosines = CANARY_TEXTS.map((_, at) => {
    const from = at * dimensions;
    return cosineOf(recorded.subarray(from, from + dimensions), now.subarray(from, from + dimensions));
  });
  const cosine = Math.min(...cosines);
  if (cosine >= SAME_FROM) return { cosine, verdict: 'same' };
  return { cosine, verdict: cosine >= NEAR_FROM ? 'near' : 'far' };
}
