import { readFile, stat } from 'node:fs/promises';
import { basename } from 'node:path';
import {
  FileAccessError,
  InputRejectedError,
  isWoosterError,
  systemCode,
  type Loader,
  type LoaderInput,
} from 'wooster';

/** What a file is read with. */
export interface TextReading {
  /** Of the plugin that keeps projects; without it every file is read as plain text. */
  readonly loaders: readonly Loader[];
  readonly maxBytes: number;
  readonly signal: AbortSignal;
}

/** The loader for the longest known ending of a name; of two for one ending the later one. */
function loaderOf(path: string, loaders: readonly Loader[]): Loader | undefined {
  const name = basename(path).toLowerCase();
  const endings = [name, ...name.split('.').map((_, at, parts) => parts.slice(at + 1).join('.'))];
  for (const ending of endings) {
    const found = ending === '' ? undefined : loaders.findLast(({ extensions }) => extensions.includes(ending));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** By a byte order mark, else UTF-8; what is neither becomes U+FFFD. */
function decodeBytes(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const encoding =
    first === 0xff && second === 0xfe ? 'utf-16le' : first === 0xfe && second === 0xff ? 'utf-16be' : 'utf-8';
  return new TextDecoder(encoding).decode(bytes);
}

function isText(bytes: Uint8Array): boolean {
  const isMarked = bytes[0] === 0xff || bytes[0] === 0xfe;
  return isMarked || !bytes.subarray(0, 65_536).includes(0);
}

async function readBytes(path: string, maxBytes: number): Promise<Uint8Array> {
  try {
    const { size } = await stat(path);
    if (size > maxBytes) {
      throw new InputRejectedError(`${path} has ${size} bytes, more than knowledge.maxFileMiB allows: split it`);
    }
    const { buffer, byteOffset, length } = await readFile(path);
    return new Uint8Array(buffer, byteOffset, length);
  } catch (error) {
    if (isWoosterError(error)) throw error;
    const message = `${path} cannot be read (${systemCode(error) ?? 'unknown fault'}): check the path`;
    throw new FileAccessError(message, { path, cause: error });
  }
}

/**
 * The text of a file; undefined for a file of a kind that holds none, such as a picture. FileAccessError or
 * InputRejectedError for one that should hold some.
 */
export async function readText(path: string, { loaders, maxBytes, signal }: TextReading): Promise<string | undefined> {
  const content = await readBytes(path, maxBytes);
  const loader = loaderOf(path, loaders);
  if (loader?.isBinary !== true && !isText(content)) return undefined;
  const input: LoaderInput = { content, text: () => decodeBytes(content), path, signal };
  // Only what is no text as it stands needs its loader: a model reads Markdown and code better than their parts.
  const parts = loader?.isBinary === true || isMarkup(loader) ? await loader!.load(input) : [{ text: input.text() }];
  const text = parts
    .map((part) => part.text.trim())
    .join('\n\n')
    .trim();
  if (text === '') throw new InputRejectedError(`${path} is empty: leave it out`);
  return text;
}

function isMarkup(loader: Loader | undefined): boolean {
  return loader?.mediaType === 'text/html' || loader?.mediaType === 'application/x-ipynb+json';
}
