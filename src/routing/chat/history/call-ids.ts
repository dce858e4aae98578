import type { HistoryTarget } from './history-target.ts';

/** OpenAI takes up to 40 characters, Anthropic letters, digits, `_` and `-`; together what nearly everyone takes. */
const COMMON = /^[\w-]{1,40}$/;

/** Mistral's API and the chat templates of its open weights take exactly nine letters and digits, and refuse all else. */
const NINE = /^[A-Za-z0-9]{9}$/;
const MISTRAL_FAMILY = /mistral|mixtral|ministral|magistral|devstral|codestral|mathstral|pixtral|nemo/i;

/**
 * The ids of the tool calls of one conversation for one target: an id that the target takes and that is free stays, any
 * other is derived from it and from how often it was there before. The same conversation gives the same ids, and a
 * longer one begins with them, so that the prompt caches of servers hold.
 */
export class CallIds {
  readonly #isFit: RegExp;
  readonly #used = new Set<string>();
  readonly #seen = new Map<string, number>();

  constructor({ providerId, modelId }: HistoryTarget) {
    this.#isFit = MISTRAL_FAMILY.test(modelId) || MISTRAL_FAMILY.test(providerId) ? NINE : COMMON;
  }

  /** The id of the next call. A call without one is told apart by its tool and by its turn among those. */
  next(oldId: string | undefined, toolName: string): string {
    if (oldId !== undefined && this.keep(oldId)) return oldId;
    const origin = oldId === undefined || oldId === '' ? ` ${toolName}` : oldId;
    let turn = this.#seen.get(origin) ?? 0;
    let derived: string;
    do derived = nineCharacters(`${origin} ${turn++}`);
    while (this.#used.has(derived));
    this.#seen.set(origin, turn);
    this.#used.add(derived);
    return derived;
  }

  /** Takes an id as it is; false when the target would refuse it or another call has it. */
  keep(id: string): boolean {
    if (this.#used.has(id) || !this.#isFit.test(id)) return false;
    this.#used.add(id);
    return true;
  }
}

const NINE_DIGITS = 36 ** 9;

/** Nine letters and digits from a text, the same each time: a 53-bit hash of two multiplying halves (cyrb53), base 36. */
function nineCharacters(text: string): string {
  let high = 0xdeadbeef;
  let low = 0x41c6ce57;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    high = Math.imul(high ^ unit, 2654435761);
    low = Math.imul(low ^ unit, 1597334677);
  }
  high = Math.imul(high ^ (high >>> 16), 2246822507) ^ Math.imul(low ^ (low >>> 13), 3266489909);
  low = Math.imul(low ^ (low >>> 16), 2246822507) ^ Math.imul(high ^ (high >>> 13), 3266489909);
  const hash = 4294967296 * (2097151 & low) + (high >>> 0);
  return (hash % NINE_DIGITS).toString(36).padStart(9, '0');
}
