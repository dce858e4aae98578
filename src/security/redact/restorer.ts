import type { TextRestorer } from '../../contracts/privacy/privacy-policy.ts';
import type { PlaceholderReader } from './read-placeholder.ts';

/** Characters before a placeholder that are looked at. */
const CONTEXT = 2;

const HALF_AT_END = /[\uD800-\uDBFF]$/;

/**
 * Puts values back piece by piece. It holds back what may be the beginning of a placeholder, and half a character at the
 * end of a piece; everything else is given out at once.
 */
export class PlaceholderRestorer implements TextRestorer {
  readonly #reader: PlaceholderReader;
  /** What was given out last, as it came, and from `#from` on what was not. */
  #text = '';
  #from = 0;

  constructor(reader: PlaceholderReader) {
    this.#reader = reader;
  }

  push(piece: string): string {
    this.#text += piece;
    return this.#advance(false);
  }

  end(): string {
    return this.#advance(true);
  }

  #advance(isWhole: boolean): string {
    const half = !isWhole && HALF_AT_END.test(this.#text) ? this.#text.slice(-1) : '';
    const text = half === '' ? this.#text : this.#text.slice(0, -1);
    let given = '';
    let copied = this.#from;
    let place = this.#from;
    while (place < text.length) {
      const reading = this.#reader.mayBeginWith(text.charAt(place))
        ? this.#reader.read(text, place, isWhole)
        : 'nothing';
      if (reading === 'unfinished') break;
      if (reading === 'nothing') {
        place += 1;
        continue;
      }
      given += text.slice(copied, place) + reading.value;
      place += reading.length;
      copied = place;
    }
    given += text.slice(copied, place);
    const kept = Math.max(0, place - CONTEXT);
    this.#text = text.slice(kept) + half;
    this.#from = place - kept;
    return given;
  }
}
