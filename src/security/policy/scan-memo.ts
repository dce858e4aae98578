import { createHash } from 'node:crypto';
import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';

/** Spans and texts that are remembered together at most: some ten megabytes. */
const MOST_ITEMS = 50_000;

/** Remembers what was found in which text, by its hash and without the text: a conversation is sent whole in every turn. */
export class ScanMemo {
  readonly #ids = new WeakMap<object, number>();
  readonly #found = new Map<string, readonly DetectedSpan[]>();
  #items = 0;
  #nextId = 0;

  /** Names a text; of its UTF-16 units, since other encodings cannot tell all of them apart. */
  static hashOf(text: string): string {
    return createHash('sha256').update(text, 'utf16le').digest('base64');
  }

  get(scanner: object, hash: string): readonly DetectedSpan[] | undefined {
    const key = this.#keyOf(scanner, hash);
    const spans = this.#found.get(key);
    if (spans === undefined) return undefined;
    this.#found.delete(key);
    this.#found.set(key, spans);
    return spans;
  }

  set(scanner: object, hash: string, spans: readonly DetectedSpan[]): void {
    const key = this.#keyOf(scanner, hash);
    this.#forget(key);
    this.#found.set(key, spans);
    this.#items += 1 + spans.length;
    for (const oldest of this.#found.keys()) {
      if (this.#items <= MOST_ITEMS) return;
      this.#forget(oldest);
    }
  }

  #forget(key: string): void {
    const spans = this.#found.get(key);
    if (spans === undefined) return;
    this.#found.delete(key);
    this.#items -= 1 + spans.length;
  }

  #keyOf(scanner: object, hash: string): string {
    let id = this.#ids.get(scanner);
    if (id === undefined) this.#ids.set(scanner, (id = this.#nextId += 1));
    return `${id} ${hash}`;
  }
}
