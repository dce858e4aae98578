import { advance, DOWNLOAD_BYTES, downloadOf, findDownload, isFetchable } from '../downloads.ts';
import { jsonReply, type Reply } from '../http/reply.ts';
import { askedModel, findModel } from '../world.ts';
import type { Route } from './dialect.ts';

/** Each look at a job finds it so much further. */
const STEP_BYTES = 1_500;

type Fail = (status: number, message: string) => Reply;

/** `POST /models/apply`: always a job, which fails later where the galleries have no such model. */
export const apply: Route = (call, world) => {
  const { id } = downloadOf(world, typeof call.body['id'] === 'string' ? call.body['id'] : '');
  return jsonReply(200, { uuid: id, status: `http://127.0.0.1/models/jobs/${id}` });
};

/** `GET /models/jobs/:uuid`; its `progress` stays at 0. */
export function jobStatus(fail: Fail): Route {
  return (call, world) => {
    const download = findDownload(world, call.path.split('/').at(-1) ?? '');
    if (download === undefined) return fail(500, 'could not find any status for ID');
    const state = { processed: false, message: '', progress: 0, error: null, cancelled: false, phase: 'downloading' };
    if (download.isCancelled) return jsonReply(200, { ...state, cancelled: true, processed: true });
    if (!isFetchable(download.model)) {
      const error = `no model found with name "${download.model}"`;
      return jsonReply(200, { ...state, processed: true, message: `error: ${error}`, error });
    }
    advance(world, download, download.done + STEP_BYTES);
    const bytes = { current_bytes: download.done, total_bytes: DOWNLOAD_BYTES };
    const isWhole = download.done === DOWNLOAD_BYTES;
    return jsonReply(200, { ...state, ...bytes, processed: isWhole, message: isWhole ? 'completed' : 'processing' });
  };
}

/** `POST /api/operations/:id/cancel`. */
export const cancelOperation: Route = (call, world) => {
  const download = findDownload(world, call.path.split('/').at(-2) ?? '');
  if (download !== undefined) download.isCancelled = true;
  return jsonReply(200, { success: true, message: 'Operation cancelled' });
};

/** `POST /backend/load` and `/backend/shutdown`. */
export function setLoaded(isLoaded: boolean, fail: Fail): Route {
  return (call, world) => {
    const model = findModel(world, askedModel(call));
    if (model === undefined) return fail(404, `model "${askedModel(call)}" not found`);
    model.isLoaded = isLoaded;
    return jsonReply(200, isLoaded ? { loaded: true, message: 'model loaded' } : { message: 'backend stopped' });
  };
}
