import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';

const json = { 'Content-Type': 'application/json; charset=utf-8' };

/** A native reply of Ollama. */
export function ollamaJson(status: number, value: unknown): Reply {
  return jsonReply(status, value, json);
}

/** Ollama's error: flat on its own paths, nested under `/v1/`. */
export function ollamaFailure(call: Call, status: number, message: string): Reply {
  if (!call.path.startsWith('/v1/')) return ollamaJson(status, { error: message });
  const type = status === 400 ? 'invalid_request_error' : status === 404 ? 'not_found_error' : 'api_error';
  return jsonReply(status, { error: { message, type, param: null, code: null } });
}
