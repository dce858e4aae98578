import { jsonrepair } from 'jsonrepair';
import { parseJson } from 'wooster';

/** Where the value ends that begins with a bracket at `from`, after its last bracket; undefined while it is open. */
export function endOfValue(text: string, from: number): number | undefined {
  let depth = 0;
  let isInString = false;
  for (let at = from; at < text.length; at += 1) {
    const character = text[at];
    if (isInString) {
      if (character === '\\') at += 1;
      else if (character === '"') isInString = false;
    } else if (character === '"') isInString = true;
    else if (character === '{' || character === '[') depth += 1;
    else if (character === '}' || character === ']') {
      depth -= 1;
      if (depth === 0) return at + 1;
    }
  }
  return undefined;
}

/** Braces that stand twice, as templates with escaped braces teach them, made single; texts in quotes stay. */
function withSingleBraces(text: string): string {
  return text
    .split(/("(?:[^"\\]|\\.)*")/s)
    .map((part) => (part.startsWith('"') ? part : part.replace(/\{\s*\{/g, '{').replace(/\}\}/g, '}')))
    .join('');
}

function mended(text: string): unknown {
  try {
    return parseJson(jsonrepair(text));
  } catch {
    return undefined;
  }
}

/**
 * The object or list that a model meant: JSON, JSON with doubled braces, or what jsonrepair makes of it (single quotes,
 * comments, missing commas and brackets). Undefined for anything else. `isCut` takes only what is closed, since half of
 * a value can be mended too.
 */
export function readLenientJson(text: string, isCut = false): unknown {
  const given = text.trim();
  if (!/^[{[]/.test(given)) return undefined;
  const plain = parseJson(given);
  if (plain !== undefined) return plain;
  if (/^\{\s*\{/.test(given)) {
    const single = parseJson(withSingleBraces(given));
    if (single !== undefined) return single;
  }
  if (isCut && endOfValue(given, 0) === undefined) return undefined;
  const repaired = mended(given);
  return typeof repaired === 'object' && repaired !== null ? repaired : undefined;
}
