import { BusyError, MalformedReplyError, ProviderServerError, type PullContext } from 'wooster';
import { asNumber, asObject, asText, defined, type JsonFields } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { modelFolder, requirePullRoom } from '../pull/pull-room.ts';
import { askServer } from './ask-server.ts';
import { pauses } from './wait-for-state.ts';

const USUAL_FOLDERS = { folders: ['.lmstudio/models', '.cache/lm-studio/models'] };

/** Its download finds the model and its files before it answers. */
const START_LIMITS = { totalMs: 60_000, firstTokenMs: 60_000 };

/** Its routes cannot stop a job that was begun. */
const ADVICE = "stop the download in LM Studio's window and make room there";

interface Pull {
  readonly context: LifecycleContext;
  readonly model: string;
  readonly pull: PullContext;
}

/** `quantization` is taken with a link to the hub only, not with a name of LM Studio's catalogue. */
function wishOf(model: string, quantization: string | undefined): object {
  const isLink = /^https?:\/\//.test(model);
  return { model, ...defined({ quantization: isLink ? quantization?.toUpperCase() : undefined }) };
}

/** True when the job is done; throws when it will not end by itself. */
function isDone({ context, model, pull }: Pull, job: JsonFields): boolean {
  const place = `${context.entry.id} at ${context.base.address}`;
  const where = { provider: context.entry.id, model };
  const total = asNumber(job.total_size_bytes);
  switch (job.status) {
    case 'completed':
    case 'already_downloaded':
      pull.onProgress({ label: `pulling ${model}`, done: total ?? 0, total });
      return true;
    case 'failed': {
      const reason = asText(job.error) ?? asText(job.message) ?? 'it tells no reason';
      throw new ProviderServerError(`${place}: fetching ${model} failed (${reason}); look into its window`, where);
    }
    case 'paused':
      throw new BusyError(`${place}: the download of ${model} is paused; let it go on in LM Studio's window`, where);
    case 'downloading':
      pull.onProgress({ label: `pulling ${model}`, done: asNumber(job.downloaded_bytes) ?? 0, total });
      return false;
    default:
      throw new MalformedReplyError(`${place}: a download with the state ${String(job.status)}; is it LM Studio 0.4?`, {
        ...where,
      });
  }
}

/**
 * Starts a download job and looks at it until it ends; what was fetched before is kept by LM Studio. Its routes cannot
 * stop a job: after a cancellation it goes on, and can be stopped in its window.
 */
export async function pullFromLMStudio(context: LifecycleContext, model: string, pull: PullContext): Promise<void> {
  const { signal } = pull;
  const run: Pull = { context, model, pull };
  const body = wishOf(model, pull.quantization);
  let job = await askServer(context, {
    path: '/api/v1/models/download',
    signal,
    model,
    limits: START_LIMITS,
    body,
  });
  const path = `/api/v1/models/download/status/${encodeURIComponent(asText(job.job_id) ?? '')}`;
  const neededBytes = (asNumber(job.total_size_bytes) ?? 0) - (asNumber(job.downloaded_bytes) ?? 0);
  const isOver = isDone(run, job);
  if (isOver) return;
  await requirePullRoom(context, modelFolder(context, USUAL_FOLDERS), { model, neededBytes, advice: ADVICE });
  const pause = pauses(context);
  do {
    await pause(signal);
    // Read as it is: the error of a job belongs to its state.
    job = asObject(await context.client.read(path, context.callFor(signal))) ?? {};
  } while (!isDone(run, job));
}
