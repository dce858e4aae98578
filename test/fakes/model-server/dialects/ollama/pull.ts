import { advance, DOWNLOAD_BYTES, downloadOf, isFetchable } from '../../downloads.ts';
import { send, streamReply, type Reply, type Step } from '../../http/reply.ts';
import { askedModel, findModel, type World } from '../../world.ts';
import type { Route } from '../dialect.ts';
import { ollamaFailure, ollamaJson } from './replies.ts';

const missing = 'pull model manifest: file does not exist';

/** Bytes between two lines. */
const PIECE_BYTES = 500;

/** The second layer, which comes behind the weights. */
const CONFIG_BYTES = 200;

/**
 * `/api/pull`: a model that the fake has, or whose name begins with `pullable`, arrives in lines of 500 of its 4,000
 * bytes, from where an earlier pull was left; then it is listed. Any other is an error line under 200 (streamed) or a
 * 500.
 */
export const pull: Route = (call, world) => {
  const name = askedModel(call);
  const isKnown = findModel(world, name) !== undefined;
  if (!isKnown && !isFetchable(name)) {
    if (call.body['stream'] === false) return ollamaFailure(call, 500, missing);
    return ndjson([line({ status: 'pulling manifest' }), line({ error: missing })]);
  }
  if (call.body['stream'] === false) {
    if (!isKnown) advance(world, downloadOf(world, name), DOWNLOAD_BYTES);
    return ollamaJson(200, { status: 'success' });
  }
  return ndjson([
    line({ status: 'pulling manifest' }),
    ...layers(world, name, isKnown),
    line({ status: 'verifying sha256 digest' }),
    line({ status: 'writing manifest' }),
    line({ status: 'success' }),
  ]);
};

/** `completed` is left out where it is 0, as Ollama's JSON does with zeros. */
function layers(world: World, name: string, isKnown: boolean): Step[] {
  const weights = { status: 'pulling 6a0746a1ec1a', digest: `sha256:${'6a0746a1ec1a'.repeat(5)}abcd` };
  const config = { status: 'pulling 56bb8bd477a5', digest: `sha256:${'56bb8bd477a5'.repeat(5)}abcd` };
  const download = downloadOf(world, name);
  const from = isKnown ? DOWNLOAD_BYTES : download.done;
  const steps: Step[] = [];
  for (let done = from; done <= DOWNLOAD_BYTES; done += PIECE_BYTES) {
    const told = { ...weights, total: DOWNLOAD_BYTES, ...(done > 0 && { completed: done }) };
    steps.push(line(told, isKnown ? undefined : () => advance(world, download, done)));
  }
  const small = { ...config, total: CONFIG_BYTES };
  return [...steps, line(small), line({ ...small, completed: CONFIG_BYTES })];
}

function line(value: Record<string, unknown>, onSent?: () => void): Step {
  return { ...send('token', `${JSON.stringify(value)}\n`), onSent } as Step;
}

function ndjson(steps: Step[]): Reply {
  return streamReply({ 'Content-Type': 'application/x-ndjson' }, steps);
}
