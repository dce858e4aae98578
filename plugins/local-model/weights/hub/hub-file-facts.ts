import type { IncomingHttpHeaders } from 'node:http';
import { ModelNotFoundError } from 'wooster';
import type { HubFile } from '../../catalogue/weights-entry.ts';
import { requestFile, type DownloadLimits } from './hub-answer.ts';
import { hubFileUrl } from './hub-source.ts';
import { WaitLimit } from './wait-limit.ts';

/** What a hub tells of a file without sending it. */
export interface HubFileFacts {
  readonly bytes: number;
  /** Checksum of a file that the hub keeps apart from its repository, as it does with large ones. */
  readonly sha256?: string;
  /** Checksum that git gives a file of a repository. */
  readonly gitSha1?: string;
  /** The state of the repository that the file is of. */
  readonly commit?: string;
}

/** Where and how to ask. */
interface FactsRequest {
  readonly baseUrl: string;
  readonly file: HubFile;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
}

/**
 * Asks a hub about a file by HEAD; undefined when it has no such file. A large file is told of where the hub points to its
 * place of storage (`x-linked-size`, `x-linked-etag`: its sha256), which is not asked; of a small one the entity tag is
 * what git calls it.
 */
export async function hubFileFacts({ baseUrl, file, limits, signal }: FactsRequest): Promise<HubFileFacts | undefined> {
  const wait = new WaitLimit(signal);
  let commit: string | undefined;
  const isTold = (headers: IncomingHttpHeaders): boolean => {
    commit ??= textOf(headers['x-repo-commit']);
    return textOf(headers['x-linked-etag']) !== undefined;
  };
  try {
    const request = { url: hubFileUrl(baseUrl, file), headers: { 'accept-encoding': 'identity' }, limits };
    const answer = await requestFile({ ...request, method: 'HEAD', isEnough: isTold }, wait);
    answer.resume();
    return factsOf(answer.headers, commit);
  } catch (error) {
    if (error instanceof ModelNotFoundError) return undefined;
    throw error;
  } finally {
    wait.end();
  }
}

function factsOf(headers: IncomingHttpHeaders, commit: string | undefined): HubFileFacts {
  const tag = (textOf(headers['x-linked-etag']) ?? headers.etag ?? '').replace(/^W\//, '').replaceAll('"', '');
  const bytes = Number(textOf(headers['x-linked-size']) ?? headers['content-length']);
  return {
    bytes,
    sha256: /^[0-9a-f]{64}$/.test(tag) ? tag : undefined,
    gitSha1: /^[0-9a-f]{40}$/.test(tag) ? tag : undefined,
    commit: commit !== undefined && /^[0-9a-f]{40}$/.test(commit) ? commit : undefined,
  };
}

function textOf(header: string | string[] | undefined): string | undefined {
  return Array.isArray(header) ? header[0] : header;
}
