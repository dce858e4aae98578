import { send, streamReply, type Reply } from '../../http/reply.ts';
import { askedModel, findModel, servedModels } from '../../world.ts';
import type { Route } from '../dialect.ts';
import { ollamaFailure, ollamaJson } from './replies.ts';

const missing = 'pull model manifest: file does not exist';

/**
 * `/api/pull`: a model that the fake has, or whose name begins with `pullable`, arrives in a few lines and is then listed;
 * any other is an error line under 200 (streamed) or a 500.
 */
export const pull: Route = (call, world) => {
  const name = askedModel(call);
  const isKnown = findModel(world, name) !== undefined;
  if (!isKnown && !name.startsWith('pullable')) {
    if (call.body['stream'] === false) return ollamaFailure(call, 500, missing);
    return ndjson([{ status: 'pulling manifest' }, { error: missing }]);
  }
  if (!isKnown) world.models.push(...servedModels({ dialect: 'ollama', models: [{ id: name, isLoaded: false }] }));
  if (call.body['stream'] === false) return ollamaJson(200, { status: 'success' });
  const layer = { status: 'pulling 6a0746a1ec1a', digest: `sha256:${'6a0746a1ec1a'.repeat(5)}abcd`, total: 4000 };
  return ndjson([
    { status: 'pulling manifest' },
    layer,
    { ...layer, completed: 2000 },
    { ...layer, completed: 4000 },
    { status: 'verifying sha256 digest' },
    { status: 'writing manifest' },
    { status: 'success' },
  ]);
};

function ndjson(lines: Record<string, unknown>[]): Reply {
  const steps = lines.map((line) => send('token', `${JSON.stringify(line)}\n`));
  return streamReply({ 'Content-Type': 'application/x-ndjson' }, steps);
}
