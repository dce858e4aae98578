/**
 * Cuts text into parts of at most `limit` characters: between paragraphs where it can, else between lines, else
 * between words, else anywhere. Nothing is lost but the blank space at the cuts.
 */
export function splitText(text: string, limit: number): readonly string[] {
  const parts: string[] = [];
  let rest = text.trim();
  while (rest.length > limit) {
    const cut = cutAt(rest, limit);
    parts.push(rest.slice(0, cut).trimEnd());
    rest = rest.slice(cut).trimStart();
  }
  return rest === '' ? parts : [...parts, rest];
}

function cutAt(text: string, limit: number): number {
  const window = text.slice(0, limit + 1);
  for (const separator of ['\n\n', '\n', ' ']) {
    const position = window.lastIndexOf(separator);
    if (position > limit / 2) return position;
  }
  return isInsidePair(text, limit) ? limit - 1 : limit;
}

/** A cut between the halves of a surrogate pair would make two broken characters. */
function isInsidePair(text: string, position: number): boolean {
  const code = text.charCodeAt(position - 1);
  return code >= 0xd800 && code <= 0xdbff;
}
