/**
 * Tokens per character, by the dearest of the vocabularies measured (cl100k, o200k, Qwen 2.5, SmolLM2). Vocabularies
 * made for English spell other scripts by bytes, and most of today's take every digit for itself.
 */
const ACCENTED = 2;
const TWO_BYTES = 1.1;
const THREE_BYTES = 2.05;
const SYMBOL = 2.4;
const HANGUL = 2.7;
const ETHIOPIC = 2.8;
const JOINER = 3;
const BEYOND_THE_PLANE = 4;
/** Of keys, hashes and base64, which no vocabulary knows as words. */
const DENSE_LETTER = 0.86;

/** A chunk of letters and digits at least so long that changes its kind oftener than every second character is no word. */
const DENSE_LENGTH = 12;

const OTHER = 0;
const LOWER = 1;
const UPPER = 2;
const DIGIT = 3;

/** Kind of each ASCII character. */
const KINDS = Uint8Array.from({ length: 128 }, (_, code) => {
  if (code >= 97 && code <= 122) return LOWER;
  if (code >= 65 && code <= 90) return UPPER;
  return code >= 48 && code <= 57 ? DIGIT : OTHER;
});

function kindAt(text: string, at: number): number {
  const code = text.charCodeAt(at);
  return code < 128 ? KINDS[code]! : OTHER;
}

/** A word in small letters, of any language written in them: the longer, the rarer, and the more pieces it takes. */
function wordTokens(length: number): number {
  if (length <= 2) return 1;
  if (length <= 12) return length * 0.48;
  return length <= 40 ? 5.76 + (length - 12) * 0.5 : 19.76 + (length - 40) * 0.65;
}

/** The same in an English text, whose usual words every vocabulary has. */
function englishWordTokens(length: number): number {
  if (length <= 4) return 1;
  return length <= 12 ? 1 + (length - 4) * 0.25 : 3 + (length - 12) * 0.5;
}

/** Up to four characters as one number. */
function pack(text: string, start: number, end: number): number {
  let packed = 0;
  for (let at = start; at < end; at += 1) packed = packed * 128 + (text.charCodeAt(at) | 0x20);
  return packed;
}

/** Words that English has everywhere, and other languages hardly. */
const ENGLISH = new Set(
  'the and to that for you with this are not it from be can has have'
    .split(' ')
    .map((word) => pack(word, 0, word.length)),
);

/** Their share among all words from which on a text is English throughout. */
const ENGLISH_SHARE = 0.12;

function capitalTokens(length: number): number {
  if (length <= 2) return Number(length > 0);
  return length * (length <= 12 ? 0.5 : 0.73);
}

/** Beyond ASCII, by the code unit. The second half of a pair counts nothing. */
function unitTokens(code: number): number {
  if (code < 0x250 || (code >= 0x300 && code < 0x370)) return ACCENTED;
  if (code < 0x800) return TWO_BYTES;
  if (code >= 0xd800 && code < 0xdc00) return BEYOND_THE_PLANE;
  if (code >= 0xdc00 && code < 0xe000) return 0;
  if (code === 0x200d || (code >= 0xfe00 && code < 0xfe10)) return JOINER;
  if (code >= 0x1e00 && code < 0x2c00) return SYMBOL;
  if (code >= 0xac00 && code < 0xd7b0) return HANGUL;
  return code >= 0x1200 && code < 0x1400 ? ETHIOPIC : THREE_BYTES;
}

/** An ASCII mark: a space before a word goes with it, before a mark often, and several are one. */
function markTokens(text: string, at: number): number {
  if (text.charCodeAt(at) !== 32) return 1;
  if (text.charCodeAt(at - 1) === 32) return 1 / 8;
  const kind = kindAt(text, at + 1);
  if (kind === LOWER || kind === UPPER) return 0;
  return kind === DIGIT || text.charCodeAt(at + 1) > 127 ? 1 : 1 / 2;
}

/** Reads chunks of ASCII letters and digits, each taken apart where words begin: `parseHTTPReply2` is four. */
class ChunkReader {
  /** Where the last chunk ended. */
  end = 0;
  /** Tokens of capitals, digits and what is no word. */
  fixed = 0;
  /** Tokens of the words in small letters, in any language, and in English. */
  any = 0;
  english = 0;
  #words = 0;
  #englishWords = 0;

  read(text: string, start: number): void {
    const { fixed, any, english } = this;
    let digits = 0;
    let runs = 0;
    let digitRuns = 0;
    let capitals = 0;
    let at = start;
    for (let kind = kindAt(text, at); kind !== OTHER; kind = kindAt(text, at)) {
      const from = at;
      while (kindAt(text, at) === kind) at += 1;
      runs += 1;
      // The last of several capitals belongs to the small letters that follow.
      const hasInitial = kind === LOWER && capitals > 0;
      this.fixed += capitalTokens(capitals - Number(hasInitial));
      if (kind === LOWER) this.#addWord(text, from - Number(hasInitial), at);
      capitals = kind === UPPER ? at - from : 0;
      if (kind !== DIGIT) continue;
      digits += at - from;
      digitRuns += 1;
    }
    this.end = at;
    const length = at - start;
    const letters = length - digits;
    const isDense = (letters > 0 && digitRuns > 1) || (length >= DENSE_LENGTH && runs * 2 > length);
    this.fixed += capitalTokens(capitals) + digits;
    if (!isDense) return;
    this.fixed = fixed + letters * DENSE_LETTER + digits;
    this.any = any;
    this.english = english;
  }

  /** All that was read; the more of its words are English, the fewer tokens. */
  get tokens(): number {
    const share = this.#words === 0 ? 0 : this.#englishWords / this.#words;
    const weight = Math.min(1, share / ENGLISH_SHARE);
    return this.fixed + this.english * weight + this.any * (1 - weight);
  }

  #addWord(text: string, start: number, end: number): void {
    const length = end - start;
    this.any += wordTokens(length);
    this.english += englishWordTokens(length);
    this.#words += 1;
    if (length <= 4 && ENGLISH.has(pack(text, start, end))) this.#englishWords += 1;
  }
}

/**
 * Tokens of a text without its tokenizer, bounded above for what people send: prose in any script, code, tables, keys,
 * base64, emoji. Up to twice the tokens of English prose and code; more where a vocabulary knows a script well. Only
 * random letters or ideographs can take more: then the server says so and only a larger window is tried.
 */
export function estimateTextTokens(text: string): number {
  const chunks = new ChunkReader();
  let marks = 0;
  let at = 0;
  while (at < text.length) {
    const code = text.charCodeAt(at);
    if (kindAt(text, at) !== OTHER) {
      chunks.read(text, at);
      at = chunks.end;
      continue;
    }
    marks += code < 128 ? markTokens(text, at) : unitTokens(code);
    at += 1;
  }
  return Math.ceil(marks + chunks.tokens);
}
