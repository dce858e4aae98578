import type { Call } from '../../http/call.ts';
import { jsonReply, type Reply } from '../../http/reply.ts';
import { withTag, type World } from '../../world.ts';

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

/** Whether the server plays a version before 0.30: no capabilities or lengths in its list, no cached counts. */
export function isOld(world: World): boolean {
  const [major = 0, minor = 0] = (world.options.version ?? '0.34.4').split('.').map(Number);
  return major === 0 && minor < 30;
}

/** The refusal of tools names the model with its place in the library. */
export function noTools(name: string): string {
  return `library/${withTag(name)} does not support tools`;
}
