import { composeEmbeddings, inputTexts } from '../../answers/embedding-answer.ts';
import { tokensOf } from '../../answers/chat-answer.ts';
import type { Call } from '../../http/call.ts';
import type { Reply } from '../../http/reply.ts';
import { askedModel, can, findModel, type ServedModel, type World } from '../../world.ts';
import type { Route } from '../dialect.ts';
import { wantedDimensions } from '../openai-routes.ts';
import { ollamaFailure, ollamaJson } from './replies.ts';

/** From 0.30 an over-long input is cut to this many tokens whatever the model reads. */
const cutTokens = 2048;

/** `/api/embed`: normalised vectors; an over-long input is cut silently unless `truncate` is false. */
export const embed: Route = (call, world) => {
  const found = embeddingModel(call, world);
  if ('steps' in found) return found;
  const texts = inputTexts(call.body['input'] ?? []);
  if (texts === undefined) return ollamaFailure(call, 400, 'invalid input type');
  const model = askedModel(call);
  if (texts.length === 0) return ollamaJson(200, { model, embeddings: [] });
  const limit = Math.min(cutTokens, found.contextLength);
  if (call.body['truncate'] === false && texts.some((text) => tokensOf(text).length > limit)) {
    return ollamaFailure(call, 400, 'the input length exceeds the context length');
  }
  const answer = composeEmbeddings(world, {
    model,
    texts: texts.map((text) => tokensOf(text).slice(0, limit).join('')),
    dimensions: wantedDimensions(call, found, true),
    isNormalised: true,
  });
  return ollamaJson(200, {
    model: answer.model,
    embeddings: answer.rows.map((row) => row.vector),
    total_duration: 832_205_626,
    load_duration: 515_595_927,
    prompt_eval_count: answer.promptTokens,
  });
};

/** The older `/api/embeddings`: one prompt, one vector, not normalised. */
export const embedLegacy: Route = (call, world) => {
  const found = embeddingModel(call, world);
  if ('steps' in found) return found;
  const { prompt } = call.body;
  const texts = [typeof prompt === 'string' ? prompt : ''];
  const answer = composeEmbeddings(world, {
    model: found.id,
    texts,
    dimensions: found.dimensions,
    isNormalised: false,
  });
  return ollamaJson(200, { embedding: answer.rows[0]?.vector ?? [] });
};

function embeddingModel(call: Call, world: World): ServedModel | Reply {
  const name = askedModel(call);
  const model = findModel(world, name);
  if (model === undefined) return ollamaFailure(call, 404, `model "${name}" not found, try pulling it first`);
  if (can(model, 'embedding')) return model;
  return ollamaFailure(call, 501, 'This server does not support embeddings. Start it with `--embeddings`');
}
