import type { OpenAiFlavour } from '../../answers/openai-answer.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import type { Call } from '../../http/call.ts';
import { can, withTag, type ServedModel } from '../../world.ts';
import type { Route } from '../dialect.ts';
import { byName, chatRoute, embeddingsRoute } from '../openai-routes.ts';
import { isOld, noTools, ollamaFailure } from './replies.ts';

/** Ollama ids repeat: a number below 999. */
const flavour: OpenAiFlavour = {
  makeId: (number: number) => `chatcmpl-${number % 999}`,
  fingerprint: 'fp_ollama',
  roleIn: 'first-token',
  closingDelta: {},
  emptyContent: '',
  reasoningField: 'reasoning',
  toolCallsStreamed: 'whole',
  hasUsageDetails: true,
  usageChunkObject: 'chat.completion.chunk',
  canStreamUsage: true,
  hasTimings: false,
  isSpaced: false,
};

/** Before 0.30 every chunk told the role, the last one with empty content, and usage had no details. */
const oldFlavour: OpenAiFlavour = {
  ...flavour,
  roleIn: 'every-chunk',
  closingDelta: { role: 'assistant', content: '' },
  hasUsageDetails: false,
};

const resolve = byName((call, name) =>
  name === '' ? ollamaFailure(call, 400, 'model is required') : ollamaFailure(call, 404, `model '${name}' not found`),
);

function refuseChat(call: Call, model: ServedModel): Reply | undefined {
  if (!can(model, 'completion')) return ollamaFailure(call, 400, `"${model.id}" does not support chat`);
  const hasTools = Array.isArray(call.body['tools']) && call.body['tools'].length > 0;
  return hasTools && !can(model, 'tools') ? ollamaFailure(call, 400, noTools(model.id)) : undefined;
}

const newChat = chatRoute({ flavour, resolve, refuse: refuseChat });
const oldChat = chatRoute({ flavour: oldFlavour, resolve, refuse: refuseChat });

/** `/v1/chat/completions` of Ollama. */
export const openAiChat: Route = (call, world) => (isOld(world) ? oldChat : newChat)(call, world);

/** `/v1/embeddings` of Ollama. */
export const openAiEmbeddings = embeddingsRoute({
  canBase64: true,
  canCutDimensions: true,
  isNormalised: true,
  usage: 'counted',
  resolve,
  badInput: (call) => ollamaFailure(call, 400, 'invalid input'),
  refuse: (call, model) =>
    can(model, 'embedding')
      ? undefined
      : ollamaFailure(call, 501, 'This server does not support embeddings. Start it with `--embeddings`'),
});

/** `/v1/models` of Ollama. */
export const openAiModels: Route = (_call, world) =>
  jsonReply(200, {
    object: 'list',
    data: world.models.map((model) => ({
      id: withTag(model.id),
      object: 'model',
      created: 1_795_264_487,
      owned_by: 'library',
    })),
  });
