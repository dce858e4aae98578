import { isWoosterError, type ToolWay } from 'wooster';

/**
 * llama-server (b10068) answers 500, or tells this error in its stream, when the text of an answer does not parse in the
 * form of its template: `The model produced output that does not match the expected peg-native format`.
 */
const UNPARSED = /output that does not match the expected \S+ format/i;

/** Words of servers for a schema that they cannot hold output to; any other 4xx is of the request itself. */
const UNHELD = /grammar|schema|response_?format|structured|guided|\bformat\b/i;

/** Models that a server has refused tools for, by what stands for the server. */
const REFUSED = new WeakMap<object, Set<string>>();

/**
 * Whether a failure says that this way is not to be had, and another may be: a server that has no tools for the model, one
 * that could not read its own model's call, or one that refuses the schema.
 */
export function isRefusalOf(way: ToolWay, error: unknown): error is Error {
  if (!isWoosterError(error)) return false;
  const { capability } = error as { readonly capability?: unknown };
  if (way === 'native') return capability === 'tools' || UNPARSED.test(error.message);
  return way === 'schema' && (capability === 'json' || (error.code === 'E_REJECTED' && UNHELD.test(error.message)));
}

/** Keeps in mind that a server has no tools for a model, so that it is asked another way from now on. */
export function rememberRefusal(server: object, model: string, error: Error): void {
  if ((error as { readonly capability?: unknown }).capability !== 'tools') return;
  const models = REFUSED.get(server) ?? new Set<string>();
  REFUSED.set(server, models.add(model));
}

/** Whether it has refused them before. */
export function hasRefusedTools(server: object, model: string): boolean {
  return REFUSED.get(server)?.has(model) === true;
}
