import { createHash } from 'node:crypto';
import { InputRejectedError } from '../../contracts/errors/host-errors.ts';
import { isWoosterError } from '../../contracts/errors/wooster-error.ts';
import type { LoadedPart, Loader } from '../../contracts/knowledge/loader.ts';
import { splitParts } from '../split/split-parts.ts';
import { decodeText, isBinaryContent } from './decode-text.ts';
import type { CountTokens, DocumentJob, DocumentOutcome } from './document-job.ts';
import { readFileBytes } from './read-file-bytes.ts';

/** What reading takes besides the job. */
interface ReadTools {
  readonly loader: Loader;
  readonly countTokens: CountTokens;
  readonly signal: AbortSignal;
}

/** Reads, hashes, loads and splits one file. A fault of the file is its outcome; only a fault of counting is thrown. */
export async function readDocument(job: DocumentJob, tools: ReadTools): Promise<DocumentOutcome> {
  const { loader, signal } = tools;
  let sha256: string;
  let bytes: number;
  let parts: readonly LoadedPart[];
  try {
    const content = await readFileBytes(job.root, job.path, job.maxBytes);
    sha256 = createHash('sha256').update(content).digest('hex');
    if (sha256 === job.knownSha256) return { kind: 'unchanged' };
    if (content.length === 0) return { kind: 'left-out', reason: 'empty' };
    if (loader.isBinary !== true && isBinaryContent(content)) return { kind: 'left-out', reason: 'binary' };
    bytes = content.length;
    const decoded = loader.isBinary === true ? undefined : await decodeText(content);
    parts = await loader.load({ content, path: job.path, signal, text: () => decoded ?? textOf(content) });
  } catch (error) {
    if (signal.aborted) throw error;
    return describeFault(error);
  }
  const { splitting, maxTokens, path, modifiedAt } = job;
  const limits = { maxTokens, overlapTokens: Math.min(splitting.overlapTokens, Math.floor(maxTokens / 4)) };
  const { chunks, tokens } = await splitParts(parts, limits, (texts) => tools.countTokens(texts, signal));
  if (chunks.length === 0) return { kind: 'left-out', reason: 'empty' };
  const { mediaType } = loader;
  const stored = { ...splitting, maxTokens };
  return { kind: 'read', tokens, source: { path, sha256, bytes, mediaType, modifiedAt, splitting: stored, chunks } };
}

function textOf(content: Uint8Array): string {
  return new TextDecoder().decode(content);
}

function describeFault(error: unknown): DocumentOutcome {
  if (isWoosterError(error)) return { kind: 'broken', code: error.code, message: error.message };
  // A library's own exception: its words are all that is known of the file.
  const message = error instanceof Error ? error.message : String(error);
  const fault = new InputRejectedError(`this file cannot be read as what it is named: ${message.slice(0, 200)}`);
  return { kind: 'broken', code: fault.code, message: fault.message };
}
