import { readdirSync, readFileSync, statSync } from 'node:fs';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** One source file: path relative to the repository, text, and what it imports. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
  readonly lines: number;
  readonly imports: readonly SourceImport[];
}

/** One import, export-from, dynamic import or `new URL('./x.ts', import.meta.url)`. */
export interface SourceImport {
  readonly specifier: string;
  /** Repository-relative path of a relative import. */
  readonly target: string | undefined;
  readonly names: readonly string[];
}

const IMPORT_PATTERN =
  /(?:import|export)\s+(?:type\s+)?([\w*\s{},$]*?)\s*from\s*'([^']+)'|import\s*'([^']+)'|(?:\{([^{}]*)\}\s*=\s*await\s+)?import\(\s*'([^']+)'\s*\)|new URL\(\s*'(\.[^']+)'/g;

function walk(directory: string): string[] {
  return readdirSync(directory).flatMap((name) => {
    const path = join(directory, name);
    if (name === 'node_modules') return [];
    if (statSync(path).isDirectory()) return walk(path);
    return name.endsWith('.ts') ? [path] : [];
  });
}

function importedNames(clause: string): string[] {
  if (clause.includes('*')) return ['*'];
  return clause
    .replace(/[{}]/g, ',')
    .split(',')
    .map((name) =>
      name
        .trim()
        .replace(/^type\s+/, '')
        .split(/\s+as\s+/)[0]!
        .trim(),
    )
    .filter((name) => name.length > 0);
}

function withoutComments(text: string): string {
  return text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/(^|\s)\/\/.*$/gm, '$1');
}

function toSourceFile(path: string): SourceFile {
  const text = readFileSync(path, 'utf8');
  const imports = [...withoutComments(text).matchAll(IMPORT_PATTERN)].map((match) => {
    const specifier = match[2] ?? match[3] ?? match[5] ?? match[6]!;
    const target = specifier.startsWith('.') ? toRepositoryPath(resolve(dirname(path), specifier)) : undefined;
    const clause = match[2] === undefined ? match[4] : match[1];
    const names = clause === undefined ? ['*'] : importedNames(clause);
    return { specifier, target, names };
  });
  return { path: toRepositoryPath(path), text, lines: text.split('\n').length - 1, imports };
}

function toRepositoryPath(path: string): string {
  return relative(ROOT, path).split(sep).join('/');
}

/** Every TypeScript file below the given folders of the repository. */
export function readSources(...folders: string[]): SourceFile[] {
  return folders.flatMap((folder) => walk(join(ROOT, folder))).map(toSourceFile);
}

/** Names that a file exports by declaration. */
export function exportedNames(file: SourceFile): string[] {
  const pattern =
    /^export\s+(?:declare\s+)?(?:abstract\s+)?(?:async\s+)?(?:const|let|function\*?|class|interface|type)\s+([\w$]+)/gm;
  return [...withoutComments(file.text).matchAll(pattern)].map((match) => match[1]!);
}

/** The text of a file without comments and string literals, for rules about code. */
export function codeOf(file: SourceFile): string {
  return withoutComments(file.text).replace(/'(?:[^'\\\n]|\\.)*'|"(?:[^"\\\n]|\\.)*"/g, "''");
}
