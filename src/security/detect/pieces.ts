/** A part of a text. */
export interface Piece {
  /** Where it begins in the whole, UTF-16 units. */
  readonly start: number;
  readonly text: string;
}

/** Lengths in UTF-16 units; what is longer than the overlap may be cut in every piece that holds some of it. */
interface PieceLengths {
  readonly length: number;
  readonly overlap: number;
}

/** The text in pieces that overlap; a short text is one piece. */
export function* piecesOf(text: string, { length, overlap }: PieceLengths): Generator<Piece> {
  for (let start = 0; ; start += length - overlap) {
    yield { start, text: text.slice(start, start + length) };
    if (start + length >= text.length) return;
  }
}

/** Longest that a scan keeps the event loop to itself, milliseconds. */
const TURN_MS = 8;

/** Lets others run between the steps of long work, and stops it when the signal says so. */
export class Breather {
  #began = performance.now();

  async pause(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted();
    if (performance.now() - this.#began < TURN_MS) return;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    this.#began = performance.now();
  }
}
