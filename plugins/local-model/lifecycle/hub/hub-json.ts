import type { IncomingMessage } from 'node:http';
import { MalformedReplyError, parseJson } from 'wooster';
import { asObject, type JsonFields } from '../../client/dialects/json-fields.ts';
import { requestFile, type DownloadLimits } from '../../weights/hub/hub-answer.ts';
import { WaitLimit } from '../../weights/hub/wait-limit.ts';

/** Largest answer that is taken into memory: tokenizers have tens of megabytes, and larger files come by parts. */
const MAX_BYTES = 64 * 1024 * 1024;

/** The whole body of a small file or answer, within the limits of a download. */
async function readSmall(url: string, limits: DownloadLimits, signal: AbortSignal): Promise<Buffer> {
  const wait = new WaitLimit(signal);
  try {
    const answer = await requestFile({ url, headers: { 'accept-encoding': 'identity' }, limits }, wait);
    return await bodyOf(answer, wait);
  } finally {
    wait.end();
  }
}

async function bodyOf(answer: IncomingMessage, wait: WaitLimit): Promise<Buffer> {
  const pieces: Buffer[] = [];
  let bytes = 0;
  try {
    for await (const piece of answer) {
      wait.refresh();
      pieces.push(piece as Buffer);
      bytes += (piece as Buffer).byteLength;
      if (bytes > MAX_BYTES)
        throw new MalformedReplyError(`the hub sent more than ${MAX_BYTES} bytes for a small file`);
    }
  } catch (error) {
    throw wait.explain(error, () => (error instanceof Error ? error : new Error(String(error))));
  }
  return Buffer.concat(pieces);
}

/** A JSON object of the hub. */
export async function readHubJson(url: string, limits: DownloadLimits, signal: AbortSignal): Promise<JsonFields> {
  const value = asObject(parseJson((await readSmall(url, limits, signal)).toString('utf8')));
  if (value === undefined) throw new MalformedReplyError(`${url}: no JSON; check embedded.hubBaseUrl`);
  return value;
}
