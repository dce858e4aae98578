import type { Call } from '../../http/call.ts';
import { bodyReply, type Reply } from '../../http/reply.ts';
import type { Dialect } from '../dialect.ts';
import { embed, embedLegacy } from './embed.ts';
import { chat, generate } from './generate.ts';
import { remove, running, show, tags } from './listing.ts';
import { openAiChat, openAiEmbeddings, openAiModels } from './openai.ts';
import { pull } from './pull.ts';
import { ollamaFailure, ollamaJson } from './replies.ts';

/** Ollama refuses a Host header that is not local when it listens on loopback: 403 with an empty body. */
function guard(call: Call): Reply | undefined {
  const host = (call.headers.host ?? '').replace(/:\d+$/, '');
  const isLocal = ['localhost', '127.0.0.1', '[::1]', ''].includes(host) || /\.(local|localhost|internal)$/.test(host);
  return isLocal ? undefined : bodyReply(403, {}, '');
}

/** Ollama, native and OpenAI routes; recorded from 0.34.4. It knows no key. */
export const ollama: Dialect = {
  publicPaths: ['*'],
  failure: ollamaFailure,
  unauthorized: (call) => ollamaFailure(call, 401, 'unauthorized'),
  notFound: () => bodyReply(404, { 'Content-Type': 'text/plain' }, '404 page not found'),
  badJson: (call) => ollamaFailure(call, 400, "invalid character 'b' looking for beginning of object key string"),
  loading: 'blocks',
  inBandForm: (call) => (call.path.startsWith('/v1/') ? 'swallowed' : 'ndjson'),
  guard,
  routes: {
    'GET /': () => bodyReply(200, { 'Content-Type': 'text/plain; charset=utf-8' }, 'Ollama is running'),
    'GET /api/version': (_call, world) => ollamaJson(200, { version: world.options.version ?? '0.34.4' }),
    'GET /api/tags': tags,
    'GET /api/ps': running,
    'POST /api/show': show,
    'DELETE /api/delete': remove,
    'POST /api/pull': pull,
    'POST /api/chat': chat,
    'POST /api/generate': generate,
    'POST /api/embed': embed,
    'POST /api/embeddings': embedLegacy,
    'GET /v1/models': openAiModels,
    'POST /v1/chat/completions': openAiChat,
    'POST /v1/embeddings': openAiEmbeddings,
  },
};
