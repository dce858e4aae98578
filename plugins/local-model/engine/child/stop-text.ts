/** Ends a streamed text at the first of some stop texts, wherever the pieces are cut; no part of a stop text gets out. */
export class StopText {
  readonly #stops: readonly string[];
  #held = '';
  #isStopped = false;

  constructor(stops: readonly string[]) {
    this.#stops = stops.filter((stop) => stop !== '');
  }

  /** Whether a stop text has come. */
  get isStopped(): boolean {
    return this.#isStopped;
  }

  /** Takes a piece; returns what surely comes before any stop text. */
  write(piece: string): string {
    if (this.#isStopped) return '';
    if (this.#stops.length === 0) return piece;
    const text = this.#held + piece;
    const found = this.#stops.map((stop) => text.indexOf(stop)).filter((index) => index >= 0);
    if (found.length > 0) {
      this.#isStopped = true;
      this.#held = '';
      return text.slice(0, Math.min(...found));
    }
    const kept = Math.max(...this.#stops.map((stop) => overlap(text, stop)));
    this.#held = text.slice(text.length - kept);
    return text.slice(0, text.length - kept);
  }

  /** Ends the text: what was held back in case a stop text was coming. */
  end(): string {
    const held = this.#held;
    this.#held = '';
    return held;
  }
}

/** The length of the longest end of `text` that is a beginning of `stop`. */
function overlap(text: string, stop: string): number {
  for (let length = Math.min(text.length, stop.length - 1); length > 0; length -= 1) {
    if (text.endsWith(stop.slice(0, length))) return length;
  }
  return 0;
}
