import { MalformedReplyError, ModelNotFoundError } from 'wooster';
import { asObjects, asText } from '../../client/dialects/json-fields.ts';
import { hubFileFacts } from '../../weights/hub/hub-file-facts.ts';
import type { DownloadLimits } from '../../weights/hub/hub-answer.ts';
import { readHubJson } from './hub-json.ts';

/** Which repository of which hub, and how long to wait for it. */
interface RepositoryRequest {
  readonly hubBaseUrl: string;
  /** `owner/name`. */
  readonly repository: string;
  readonly limits: DownloadLimits;
  readonly signal: AbortSignal;
}

/** One file that is to be fetched. */
export interface PlannedFile {
  /** Path in the repository, with slashes. */
  readonly name: string;
  readonly bytes: number;
  readonly sha256?: string;
  readonly gitSha1?: string;
  /** Name of its content: the checksum that the hub tells. */
  readonly blob: string;
}

/** The files of one state of a repository. */
export interface RepositoryPlan {
  readonly repository: string;
  readonly commit: string;
  readonly files: readonly PlannedFile[];
}

/** What mlx_lm 0.32 reads of a repository, save Python files: nothing that is fetched here is a program. */
const NEEDED = /(\.json|\.jsonl|\.safetensors|\.tiktoken|\.jinja|\.txt|(^|\/)tokenizer\.model)$/;

/** A name that stays inside the folder it is put in. */
function isSafe(name: string): boolean {
  return !/[\\:\0]/.test(name) && name.split('/').every((part) => part !== '' && part !== '.' && part !== '..');
}

/**
 * Asks the hub for the files of a repository and for the size and checksum of each, all of one commit. Throws
 * E_MODEL_NOT_FOUND when there is no such repository or it has no weights of this form.
 */
export async function planRepository(request: RepositoryRequest): Promise<RepositoryPlan> {
  const { hubBaseUrl, repository, limits, signal } = request;
  const told = await readHubJson(`${hubBaseUrl}/api/models/${repository}/revision/main`, limits, signal);
  const commit = asText(told.sha) ?? '';
  if (!/^[0-9a-f]{40}$/.test(commit)) {
    throw new MalformedReplyError(`the hub tells no commit of ${repository}; check embedded.hubBaseUrl`);
  }
  const names = asObjects(told.siblings)
    .map(({ rfilename }) => asText(rfilename) ?? '')
    .filter((name) => NEEDED.test(name) && isSafe(name));
  if (!names.some((name) => name.endsWith('.safetensors'))) {
    throw new ModelNotFoundError(`${repository} has no *.safetensors; choose a repository of MLX weights`);
  }
  const files: PlannedFile[] = [];
  for (const name of names) files.push(await planFile(request, name, commit));
  return { repository, commit, files };
}

async function planFile(request: RepositoryRequest, name: string, commit: string): Promise<PlannedFile> {
  const { hubBaseUrl, repository, limits, signal } = request;
  const file = { kind: 'hub' as const, repository, revision: commit, file: name };
  const facts = await hubFileFacts({ baseUrl: hubBaseUrl, file, limits, signal });
  if (facts === undefined) throw new ModelNotFoundError(`${repository} lists ${name} and does not have it; try again`);
  const blob = facts.sha256 ?? facts.gitSha1;
  if (blob === undefined || !Number.isSafeInteger(facts.bytes)) {
    throw new MalformedReplyError(`the hub tells no checksum or no size of ${repository}/${name}; nothing was fetched`);
  }
  return { name, blob, bytes: facts.bytes, sha256: facts.sha256, gitSha1: facts.gitSha1 };
}
