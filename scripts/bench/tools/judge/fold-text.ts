/** The letters and digits of a text, without case and accents, words apart by one space. */
export function foldWords(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .toLowerCase()
    .replaceAll(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}

/** The letters and digits alone: `A-4471` and `a 4471` are the same. */
export function foldText(text: string): string {
  return foldWords(text).replaceAll(' ', '');
}
