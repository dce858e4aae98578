import {
  isWoosterError,
  MalformedReplyError,
  ProviderServerError,
  type LoadedModel,
  type ModelLifecycle,
  type PullContext,
} from 'wooster';
import { asNumber, asObject, asObjects, asText, type JsonFields } from '../../client/dialects/json-fields.ts';
import type { LifecycleContext } from '../lifecycle-context.ts';
import { modelFolder, requirePullRoom } from '../pull/pull-room.ts';
import { askServer, loadLimitMs } from './ask-server.ts';
import { pauses } from './wait-for-state.ts';

/** LocalAI has no usual folder on every system: `./models` of where it was started. */
const NO_USUAL_FOLDER = { folders: [], variable: 'LOCALAI_MODELS_PATH' };
const CANCEL_LIMIT_MS = 3_000;

/** `/backend/load` answers when the model is loaded. */
async function load(context: LifecycleContext, model: string, signal: AbortSignal): Promise<void> {
  const limits = { totalMs: loadLimitMs(context) };
  const answer = await askServer(context, { path: '/backend/load', signal, model, limits, body: { model } });
  if (answer.loaded !== false) return;
  const reason = asText(answer.message) ?? 'it tells no reason';
  const text = `${context.entry.id} at ${context.base.address}: ${model} was not loaded (${reason}); look into its log`;
  throw new ProviderServerError(text, { provider: context.entry.id, model });
}

async function loaded(context: LifecycleContext, signal: AbortSignal): Promise<readonly LoadedModel[]> {
  const system = await askServer(context, { path: '/system', signal });
  return asObjects(system.loaded_models).flatMap(({ id }) => {
    const modelId = asText(id);
    return modelId === undefined ? [] : [{ modelId }];
  });
}

/** A download under way. */
interface Job {
  readonly context: LifecycleContext;
  readonly model: string;
  readonly uuid: string;
  readonly pull: PullContext;
}

/** `error` is null, a text or an object, by version. */
function errorOf({ error }: JsonFields): string | undefined {
  return asText(error) ?? asText(asObject(error)?.message) ?? (asObject(error) && 'it tells no reason');
}

/** `progress` is not to be relied on; a job is over when it is `processed`, and went well when it has no error. */
async function isDone({ context, model, uuid, pull }: Job, neededRoom: { isChecked: boolean }): Promise<boolean> {
  const path = `/models/jobs/${encodeURIComponent(uuid)}`;
  const job = asObject(await context.client.read(path, context.callFor(pull.signal))) ?? {};
  const place = `${context.entry.id} at ${context.base.address}`;
  const where = { provider: context.entry.id, model };
  const reason = errorOf(job);
  if (reason !== undefined) {
    throw new ProviderServerError(`${place}: fetching ${model} failed (${reason}); check the name, or its log`, where);
  }
  if (job.cancelled === true) {
    throw new ProviderServerError(`${place}: fetching ${model} was stopped there; ask for it again`, where);
  }
  const [done, total] = [asNumber(job.current_bytes) ?? 0, asNumber(job.total_bytes)];
  if (total !== undefined && total > 0 && !neededRoom.isChecked) {
    neededRoom.isChecked = true;
    await requirePullRoom(context, modelFolder(context, NO_USUAL_FOLDER), { model, neededBytes: total - done });
  }
  pull.onProgress({
    label: `${asText(job.phase) ?? 'pulling'} ${model}`,
    done,
    total: total === 0 ? undefined : total,
  });
  return job.processed === true;
}

/** The job does not end with our connection; a server before 3.8 cannot stop one, which is no fault of the caller. */
async function cancel({ context, uuid }: Job): Promise<void> {
  const path = `/api/operations/${encodeURIComponent(uuid)}/cancel`;
  try {
    await askServer(context, { path, signal: AbortSignal.timeout(CANCEL_LIMIT_MS), body: {} });
  } catch (error) {
    if (!isWoosterError(error)) throw error;
  }
}

/** Installs a model of LocalAI's galleries, by `name` or `gallery@name`, as a job that is looked at until it ends. */
async function pullModel(context: LifecycleContext, model: string, pull: PullContext): Promise<void> {
  const { signal } = pull;
  const started = await askServer(context, { path: '/models/apply', signal, model, body: { id: model } });
  const uuid = asText(started.uuid);
  if (uuid === undefined) {
    const text = `${context.entry.id} at ${context.base.address}: no job for ${model}; check that it is LocalAI`;
    throw new MalformedReplyError(text, { provider: context.entry.id, model });
  }
  const job: Job = { context, model, uuid, pull };
  const pause = pauses(context);
  const room = { isChecked: false };
  try {
    while (!(await isDone(job, room))) await pause(signal);
  } catch (error) {
    const isOurs = signal.aborted || (isWoosterError(error) && error.code === 'E_DISK_FULL');
    if (isOurs) await cancel(job);
    throw error;
  }
}

/** Load, unload, pull and list by LocalAI's own routes (3.5). */
export function localaiLifecycle(context: LifecycleContext): Required<ModelLifecycle> {
  return {
    load: (model, signal) => load(context, model, signal),
    unload: async (model, signal) => {
      const limits = { totalMs: loadLimitMs(context) };
      await askServer(context, { path: '/backend/shutdown', signal, model, limits, body: { model } });
    },
    loaded: (signal) => loaded(context, signal),
    pull: (model, pull) => pullModel(context, model, pull),
  };
}
