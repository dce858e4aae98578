import type { LoadedPart, LoaderInput } from '../../../contracts/knowledge/loader.ts';
import { describeRecord, outlineData } from '../data-outline.ts';

/** JSON by its paths; what does not parse, such as JSON with comments, is read as it stands. */
export function loadJson(input: LoaderInput): readonly LoadedPart[] {
  const text = input.text();
  try {
    return [...outlineData(JSON.parse(text))];
  } catch {
    return [{ text, headings: [], line: 1, language: 'json' }];
  }
}

/** A record a line; a line that does not parse is read as it stands. */
export function loadJsonLines(input: LoaderInput): readonly LoadedPart[] {
  return input
    .text()
    .split('\n')
    .map((text, at) => ({ text: recordOf(text), headings: [], line: at + 1 }))
    .filter(({ text }) => text.trim() !== '');
}

function recordOf(line: string): string {
  try {
    return describeRecord(JSON.parse(line));
  } catch {
    return line;
  }
}

/** A file of settings up to this size says one thing; its keys are in its text. */
const ONE_PASSAGE = 700;

/** YAML as it stands, comments included, below the keys that open a block: two levels of them. */
export function loadYaml(input: LoaderInput): readonly LoadedPart[] {
  const whole = input.text();
  if (whole.length <= ONE_PASSAGE) return [{ text: whole, headings: [], line: 1 }];
  const parts: LoadedPart[] = [];
  let path: readonly string[] = [];
  let indent: number | undefined;
  for (const [at, line] of whole.split('\n').entries()) {
    const block = /^(\s*)(?:- )?(["']?)([^\s"'#:][^"'#:]*)\2:\s*(?:[|>][-+]?)?(?:\s#.*)?$/.exec(line);
    const depth = line.length - line.trimStart().length;
    const isBlank = line.trim() === '';
    if (!isBlank && depth === 0) {
      path = block === null ? [] : [block[3]!];
      indent = undefined;
    } else if (!isBlank && path.length > 0) {
      indent ??= depth;
      if (depth === indent) path = block === null ? path.slice(0, 1) : [path[0]!, block[3]!];
    }
    addLine(parts, { text: line, headings: path, line: at + 1 });
  }
  return parts;
}

/** TOML, INI and the like as they stand, below the names of their sections. */
export function loadSections(input: LoaderInput): readonly LoadedPart[] {
  const whole = input.text();
  if (whole.length <= ONE_PASSAGE) return [{ text: whole, headings: [], line: 1 }];
  const parts: LoadedPart[] = [];
  let headings: readonly string[] = [];
  for (const [at, line] of whole.split('\n').entries()) {
    const section = /^\s*\[{1,2}\s*([^\]]+?)\s*\]{1,2}\s*(?:[#;].*)?$/.exec(line);
    if (section !== null) headings = [section[1]!];
    addLine(parts, { text: line, headings, line: at + 1 });
  }
  return parts;
}

/** Lines below one heading are one part. */
function addLine(parts: LoadedPart[], part: LoadedPart): void {
  const last = parts.at(-1);
  if (last === undefined || last.headings.join('\0') !== part.headings.join('\0')) parts.push(part);
  else parts[parts.length - 1] = { ...last, text: `${last.text}\n${part.text}` };
}
