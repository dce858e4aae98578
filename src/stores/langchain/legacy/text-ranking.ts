import { setImmediate as nextTurn } from 'node:timers/promises';
import type { RankedRow } from '../../search/merge-ranks.ts';

/** The usual constants of BM25. */
const SATURATION = 1.2;
const LENGTH_WEIGHT = 0.75;
/** Texts that are looked at before others get a turn. */
const TEXTS_A_TURN = 200;

function wordsOf(text: string): readonly string[] {
  return text.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? [];
}

/** BM25 over texts in memory, by their number. Made in short turns, so that nobody waits for it. */
export class TextRanking {
  readonly #places = new Map<string, Map<number, number>>();
  readonly #lengths: number[] = [];
  #meanLength = 1;

  /** Looks at every text once. */
  static async of(texts: readonly string[], signal: AbortSignal): Promise<TextRanking> {
    const ranking = new TextRanking();
    for (const [number, text] of texts.entries()) {
      if (number % TEXTS_A_TURN === 0) await nextTurn(undefined, { signal });
      ranking.#take(number, wordsOf(text));
    }
    ranking.#meanLength = ranking.#lengths.reduce((sum, length) => sum + length, 0) / Math.max(1, texts.length);
    return ranking;
  }

  /** Texts that have any word of the query, best first, of those that are allowed. */
  search(query: string, limit: number, isAllowed: (number: number) => boolean): readonly RankedRow[] {
    const scores = new Map<number, number>();
    const all = this.#lengths.length;
    for (const word of new Set(wordsOf(query))) {
      const places = this.#places.get(word);
      if (places === undefined) continue;
      const rarity = Math.log(1 + (all - places.size + 0.5) / (places.size + 0.5));
      for (const [number, count] of places) {
        if (!isAllowed(number)) continue;
        const length = 1 - LENGTH_WEIGHT + (LENGTH_WEIGHT * this.#lengths[number]!) / this.#meanLength;
        const gain = (rarity * count * (SATURATION + 1)) / (count + SATURATION * length);
        scores.set(number, (scores.get(number) ?? 0) + gain);
      }
    }
    const ranked = [...scores].map(([row, score]) => ({ row, score }));
    return ranked.sort((left, right) => right.score - left.score || left.row - right.row).slice(0, limit);
  }

  #take(number: number, words: readonly string[]): void {
    this.#lengths.push(words.length);
    for (const word of words) {
      const places = this.#places.get(word) ?? new Map<number, number>();
      places.set(number, (places.get(number) ?? 0) + 1);
      this.#places.set(word, places);
    }
  }
}
