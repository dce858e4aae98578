import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** Characters of a passage, few enough for models that read 512 tokens also where each is a token. */
const MOST = 480;
const LEAST = 40;

const HEADING = /^#{1,4}\s+(.+?)\s*#*$/;
/** A heading that asks for something: three words or more, and no call, type or option. */
const SPEAKING = /^[\p{L}\d',.?!:/\s-]+$/u;
const LEAST_WORDS = 3;

/** A file in passages, without its headings. */
export interface CutFile {
  readonly path: string;
  readonly passages: readonly string[];
}

/** A question and the passages that answer it, as `<path>#<number>`. */
export interface KnownQuestion {
  readonly text: string;
  readonly right: ReadonlySet<string>;
}

/** How a passage is called in the answers of a question. */
export function passageName(path: string, ordinal: number): string {
  return `${path}#${ordinal}`;
}

interface Section {
  readonly heading: string;
  readonly body: string;
}

/** Lines of a fence that begin with # are no headings. */
function sectionsOf(text: string): readonly Section[] {
  const sections: { heading: string; body: string }[] = [{ heading: '', body: '' }];
  let isCode = false;
  for (const line of text.split(/\r?\n/)) {
    if (/^\s*(```|~~~)/.test(line)) isCode = !isCode;
    const heading = isCode ? undefined : HEADING.exec(line)?.[1];
    if (heading === undefined) sections.at(-1)!.body += `${line}\n`;
    else sections.push({ heading: wordsOf(heading), body: '' });
  }
  return sections;
}

/** Paragraphs one after another, as many as fit; one that is too long is cut. */
function packed(body: string): readonly string[] {
  const passages: string[] = [];
  for (const paragraph of body.split(/\n\s*\n/).flatMap((part) => part.trim().match(/[^]{1,480}/g) ?? [])) {
    const last = passages.at(-1);
    if (last === undefined || last.length + paragraph.length + 2 > MOST) passages.push(paragraph);
    else passages[passages.length - 1] = `${last}\n\n${paragraph}`;
  }
  return passages.filter(({ length }) => length >= LEAST);
}

/** Without anchors, pictures, the targets of links, and marks of code and stress. */
function wordsOf(heading: string): string {
  const plain = heading
    .replaceAll(/<[^>]*>|!\[[^\]]*\](\([^)]*\)|\[[^\]]*\])?/g, ' ')
    .replaceAll(/\](\([^)]*\)|\[[^\]]*\])|[[\]`*]/g, ' ');
  return plain.replaceAll(/\s+/g, ' ').trim();
}

function isSpeaking(heading: string): boolean {
  return SPEAKING.test(heading) && heading.split(/\s+/).length >= LEAST_WORDS;
}

/**
 * Cuts the files of a folder into passages, each text once, and asks for a section by its heading, which stands in none
 * of the passages; a heading that occurs twice asks for nothing.
 */
export function cutDocumentation(folder: string): {
  readonly files: readonly CutFile[];
  readonly headings: readonly KnownQuestion[];
} {
  const seen = new Set<string>();
  const asked = new Map<string, Set<string> | undefined>();
  const files: CutFile[] = [];
  const entries = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name).slice(folder.length + 1)).toSorted();
  for (const path of paths) {
    const passages: string[] = [];
    for (const { heading, body } of sectionsOf(readFileSync(join(folder, path), 'utf8'))) {
      const fresh = packed(body).filter((text) => !seen.has(text));
      for (const text of fresh) seen.add(text);
      const right = new Set(fresh.map((_, at) => passageName(path, passages.length + at)));
      passages.push(...fresh);
      if (isSpeaking(heading)) asked.set(heading, asked.has(heading) || right.size === 0 ? undefined : right);
    }
    if (passages.length > 0) files.push({ path, passages });
  }
  const headings = [...asked].flatMap(([text, right]) => (right === undefined ? [] : [{ text, right }]));
  return { files, headings };
}

/** Questions whose answers are whole files, as far as these are among the cut ones. */
export function questionsOfFiles(
  files: readonly CutFile[],
  questions: readonly { readonly question: string; readonly files: readonly string[] }[],
): readonly KnownQuestion[] {
  return questions.flatMap(({ question, files: answers }) => {
    const held = files.filter(({ path }) => answers.includes(path));
    const right = held.flatMap(({ path, passages }) => passages.map((_, at) => passageName(path, at)));
    return right.length === 0 ? [] : [{ text: question, right: new Set(right) }];
  });
}
