import { composeChat, countPrompt, type ChatQuestion } from '../answers/chat-answer.ts';
import { composeEmbeddings, inputTexts } from '../answers/embedding-answer.ts';
import {
  openAiChat,
  openAiEmbeddings,
  openAiStream,
  roleChunk,
  write,
  type OpenAiFlavour,
} from '../answers/openai-answer.ts';
import { isRecord, type Call } from '../http/call.ts';
import { bodyReply, jsonReply, streamReply, type Reply } from '../http/reply.ts';
import { askedModel, findModel, type ServedModel, type World } from '../world.ts';
import type { Route } from './dialect.ts';

/** What one server does differently on `/v1/chat/completions`. */
interface ChatRouteSettings {
  flavour: OpenAiFlavour;
  jsonHeaders?: Record<string, string>;
  streamHeaders?: Record<string, string>;
  /** The model that answers and the name the reply gives it, or a refusal. */
  resolve: (call: Call, world: World) => { model: ServedModel; name: string } | Reply;
  /** A refusal of what is asked of that model. */
  refuse?: (call: Call, model: ServedModel) => Reply | undefined;
}

/** The name and limits of a chat request in the OpenAI form. */
function chatQuestion(call: Call, name: string): ChatQuestion {
  const { body } = call;
  const limit = body['max_completion_tokens'] ?? body['max_tokens'];
  return {
    model: name,
    messages: body['messages'],
    maxTokens: typeof limit === 'number' && limit >= 0 ? limit : undefined,
    schema: schemaOf(body['response_format']),
  };
}

function schemaOf(format: unknown): unknown {
  if (!isRecord(format)) return undefined;
  if (format['type'] === 'json_object') return format['schema'] ?? { type: 'object' };
  return isRecord(format['json_schema']) ? format['json_schema']['schema'] : undefined;
}

/** Chat completions, plain and streamed. */
export function chatRoute(settings: ChatRouteSettings): Route {
  const { flavour } = settings;
  return (call, world) => {
    const resolved = settings.resolve(call, world);
    if ('steps' in resolved) return resolved;
    const refusal = settings.refuse?.(call, resolved.model);
    if (refusal !== undefined) return refusal;
    const answer = composeChat(world, chatQuestion(call, resolved.name));
    const options = call.body['stream_options'];
    const rendering = {
      number: world.nextNumber(),
      hasStreamUsage: isRecord(options) && options['include_usage'] === true,
    };
    if (call.body['stream'] === true) {
      const headers = { 'Content-Type': 'text/event-stream', ...settings.streamHeaders };
      const reply = streamReply(headers, openAiStream(answer, flavour, rendering));
      return { ...reply, emptyChunk: roleChunk(answer, flavour, rendering) };
    }
    const headers = { 'Content-Type': 'application/json', ...settings.jsonHeaders };
    const reply = bodyReply(200, headers, write(openAiChat(answer, flavour, rendering), flavour));
    const delayMs = answer.firstTokenDelayMs + answer.tokenDelayMs * Math.max(0, answer.tokens.length - 1);
    return delayMs > 0 ? { ...reply, steps: [{ kind: 'wait', forMs: delayMs }, ...reply.steps] } : reply;
  };
}

/** What one server does differently on `/v1/embeddings`. */
interface EmbeddingsRouteSettings {
  jsonHeaders?: Record<string, string>;
  canBase64: boolean;
  /** llama-server repeats the format in each row. */
  isFormatTold?: boolean;
  canCutDimensions: boolean;
  isNormalised: boolean;
  usage: 'counted' | 'zero' | 'none';
  resolve: (call: Call, world: World) => { model: ServedModel; name: string } | Reply;
  refuse?: (call: Call, model: ServedModel, texts: string[]) => Reply | undefined;
  /** The reply to an input that is neither text nor a list. */
  badInput: (call: Call) => Reply;
}

/** Embeddings in the OpenAI form. */
export function embeddingsRoute(settings: EmbeddingsRouteSettings): Route {
  return (call, world) => {
    const resolved = settings.resolve(call, world);
    if ('steps' in resolved) return resolved;
    const texts = inputTexts(call.body['input']);
    if (texts === undefined) return settings.badInput(call);
    const refusal = settings.refuse?.(call, resolved.model, texts);
    if (refusal !== undefined) return refusal;
    const answer = composeEmbeddings(world, {
      model: resolved.name,
      texts,
      dimensions: wantedDimensions(call, resolved.model, settings.canCutDimensions),
      isNormalised: settings.isNormalised,
    });
    const isBase64 = settings.canBase64 && call.body['encoding_format'] === 'base64';
    return jsonReply(200, openAiEmbeddings(answer, { ...settings, isBase64 }), settings.jsonHeaders);
  };
}

/** The length of the vectors: the model's, or the shorter one asked for where the server honours it. */
export function wantedDimensions(call: Call, model: ServedModel, canCut: boolean): number {
  const wanted = call.body['dimensions'];
  return canCut && typeof wanted === 'number' && wanted > 0 ? Math.min(wanted, model.dimensions) : model.dimensions;
}

/** Resolves by name; an unknown name gets the given refusal. */
export function byName(refuse: (call: Call, name: string) => Reply): ChatRouteSettings['resolve'] {
  return (call, world) => {
    const name = askedModel(call);
    const model = findModel(world, name);
    return model === undefined ? refuse(call, name) : { model, name };
  };
}

/** Any name is answered by the first model, as servers with one model do; the reply names what `nameOf` says. */
export function anyName(
  nameOf: (call: Call, model: ServedModel) => string,
  refuse: (call: Call) => Reply,
): ChatRouteSettings['resolve'] {
  return (call, world) => {
    const model = findModel(world, askedModel(call)) ?? world.models[0];
    return model === undefined ? refuse(call) : { model, name: nameOf(call, model) };
  };
}

/** Tokens of a chat prompt when they do not fit the model's context, else undefined. */
export function overflow(call: Call, model: ServedModel): number | undefined {
  const tokens = countPrompt(call.body['messages']);
  return tokens > model.contextLength ? tokens : undefined;
}
