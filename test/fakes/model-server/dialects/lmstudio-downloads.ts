import { advance, DOWNLOAD_BYTES, downloadOf, findDownload, isFetchable, type Download } from '../downloads.ts';
import { jsonReply } from '../http/reply.ts';
import { askedModel, findModel } from '../world.ts';
import type { Route } from './dialect.ts';

/** Each look at a job finds it so much further. */
const STEP_BYTES = 1_500;

function told(download: Download): Record<string, unknown> {
  const isWhole = download.done === DOWNLOAD_BYTES;
  return {
    job_id: download.id,
    status: isWhole ? 'completed' : 'downloading',
    total_size_bytes: DOWNLOAD_BYTES,
    downloaded_bytes: download.done,
    bytes_per_second: STEP_BYTES,
    started_at: '2026-11-28T12:00:00.000Z',
  };
}

/** `POST /api/v1/models/download`: a job for a model whose name begins with `pullable`, or has it in a link. */
export const startDownload: Route = (call, world) => {
  const name = askedModel(call);
  if (findModel(world, name) !== undefined) return jsonReply(200, { status: 'already_downloaded' });
  if (!isFetchable(name.split('/').at(-1) ?? '')) {
    const error = { type: 'model_not_found', message: `Model ${name} not found`, code: 'model_not_found' };
    return jsonReply(404, { error });
  }
  return jsonReply(200, told(downloadOf(world, name)));
};

/** `GET /api/v1/models/download/status/:job_id`. */
export const downloadStatus: Route = (call, world) => {
  const download = findDownload(world, decodeURIComponent(call.path.split('/').at(-1) ?? ''));
  if (download === undefined)
    return jsonReply(404, { error: { type: 'job_not_found', message: 'Job not found', code: 'job_not_found' } });
  advance(world, download, download.done + STEP_BYTES);
  return jsonReply(200, told(download));
};
