/** Scripts that are written without spaces: a word of theirs has no edge that could be seen. */
const UNSPACED =
  '\\p{Script=Han}\\p{Script=Hiragana}\\p{Script=Katakana}\\p{Script=Thai}\\p{Script=Lao}\\p{Script=Khmer}\\p{Script=Myanmar}\\p{Script=Tibetan}';

/** A character that belongs to a whole word where words are written with spaces between. */
const SPACED = `[[\\p{L}\\p{M}\\p{N}_]--[${UNSPACED}]]`;
const SPACED_EDGE = new RegExp(SPACED, 'v');

function formOf(word: string): string {
  const characters = Array.from(word);
  const [first = '', last = ''] = [characters[0], characters.at(-1)];
  const body = word
    .split(/\s+/u)
    .map((part) => part.replace(/[\\^$.*+?()[\]{}|/]/g, '\\$&'))
    .join('\\s+');
  return (SPACED_EDGE.test(first) ? `(?<!${SPACED})` : '') + body + (SPACED_EDGE.test(last) ? `(?!${SPACED})` : '');
}

/**
 * Finds any of the words as whole words, in any case and in both Unicode forms; spaces within one stand for any space.
 * In scripts without spaces the characters are found wherever they stand.
 */
export function wordPattern(words: readonly string[]): RegExp {
  const forms = words.flatMap((word) => [...new Set([word.trim().normalize('NFC'), word.trim().normalize('NFD')])]);
  return new RegExp(forms.map(formOf).join('|'), 'giv');
}
