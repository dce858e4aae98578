import { readdir, stat } from 'node:fs/promises';
import { join, relative, resolve, sep } from 'node:path';
import { FileAccessError, systemCode, UsageError } from 'wooster';

/** Folders that hold no documents of the user. */
const SKIPPED = new Set(['node_modules']);

const GLOB = /[*?[\]{}!]/;

/** What an input of the command line stands for. */
export interface FoundInput {
  readonly kind: 'file' | 'folder';
  /** Absolute, sorted. */
  readonly files: readonly string[];
}

async function kindOf(path: string): Promise<'file' | 'folder' | undefined> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch (error) {
    const code = systemCode(error);
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new FileAccessError(`${path} cannot be read (${code ?? 'unknown fault'}): check the path`, {
      path,
      cause: error,
    });
  }
}

/** All files below a folder but hidden ones; links are not followed. */
async function walk(folder: string, signal: AbortSignal): Promise<readonly string[]> {
  signal.throwIfAborted();
  const entries = await readdir(folder, { withFileTypes: true });
  const wanted = entries.filter(({ name }) => !name.startsWith('.') && !SKIPPED.has(name));
  const found = await Promise.all(
    wanted.map(async (entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return walk(path, signal);
      return entry.isFile() ? [path] : [];
    }),
  );
  return found.flat();
}

/** The deepest folder of a pattern that holds no sign of one. */
function rootOf(pattern: string): string {
  const parts = pattern.split('/');
  const first = parts.findIndex((part) => GLOB.test(part));
  return parts.slice(0, first).join('/') || (pattern.startsWith('/') ? '/' : '.');
}

async function matching(pattern: string, from: string, signal: AbortSignal): Promise<readonly string[]> {
  const slashed = pattern.split(sep).join('/');
  const root = resolve(from, rootOf(slashed));
  if ((await kindOf(root)) !== 'folder') return [];
  const { default: picomatch } = await import('picomatch');
  const isMatch = picomatch(slashed.slice(rootOf(slashed) === '.' ? 0 : rootOf(slashed).length).replace(/^\.?\//, ''));
  const files = await walk(root, signal);
  return files.filter((file) => isMatch(relative(root, file).split(sep).join('/')));
}

/** The files of a path, a folder or a pattern; UsageError where there are none. */
export async function findFiles(input: string, from: string, signal: AbortSignal): Promise<FoundInput> {
  const path = resolve(from, input);
  const kind = await kindOf(path);
  if (kind === 'file') return { kind, files: [path] };
  const files =
    kind === 'folder' ? await walk(path, signal) : GLOB.test(input) ? await matching(input, from, signal) : undefined;
  if (files === undefined) throw new UsageError(`${input} is no file, folder or pattern: check the path`);
  if (files.length === 0) throw new UsageError(`${input} holds no files: check the ${kind ?? 'pattern'}`);
  return { kind: 'folder', files: files.toSorted() };
}
