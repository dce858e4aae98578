import { isWoosterError, ProviderTimeoutError } from 'wooster';
import { asObjects, asText } from '../client/dialects/json-fields.ts';
import { isWebPage, type Look, type Looks, type Sighting } from '../providers/server/fingerprints.ts';
import { fieldsOf } from '../providers/server/fingerprints/fingerprint.ts';
import type { DiscoveredServer, SearchAddress } from './discovered-server.ts';

/** Route that lists the models of an engine, where it is not `/v1/models`. */
const LISTS: Readonly<Partial<Record<Sighting['engine'], string>>> = { tei: '/info', infinity: '/models' };

/** Causes of a failed connection that mean that nobody is there. */
const NOBODY = new Set([
  'ECONNREFUSED',
  'EHOSTUNREACH',
  'EHOSTDOWN',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'ENOTFOUND',
  'EAI_AGAIN',
  'ETIMEDOUT',
]);

/** What the routes of one address said. */
interface Answers {
  readonly search: SearchAddress;
  readonly looks: Looks;
  /** Why a route that failed did; the first of them. */
  readonly failure?: unknown;
  /** Routes that were still awaited when the time was over. */
  readonly isCutShort: boolean;
  readonly latencyMs: number;
  readonly budgetMs: number;
}

function causeOf(error: unknown): string | undefined {
  return isWoosterError(error) && error.code === 'E_UNREACHABLE' ? asText(error.details.cause) : undefined;
}

/** Whether a failure means that nobody listens at the address. */
export function isNobody(failure: unknown): boolean {
  if (failure instanceof ProviderTimeoutError) return failure.phase === 'connect';
  const cause = causeOf(failure);
  return cause !== undefined && NOBODY.has(cause);
}

/** The route that lists the models of an engine. */
export function listPathOf(engine: Sighting['engine']): string {
  return LISTS[engine] ?? '/v1/models';
}

function modelsOf(engine: Sighting['engine'], look: Look | undefined): readonly string[] | undefined {
  if (look === undefined) return undefined;
  const fields = fieldsOf(look);
  // mlx_lm.server without a cache of the hub answers 200 with nothing (0.32).
  if (fields === undefined) return look.status === 200 && look.text.trim() === '' ? [] : undefined;
  if (engine === 'tei') return [asText(fields.served_model_name) ?? asText(fields.model_id) ?? ''].filter(Boolean);
  return asObjects(fields.data).flatMap(({ id }) => asText(id) ?? []);
}

function noteOf({ engine }: Sighting, { search }: Answers, isLocked: boolean): string | undefined {
  if (isLocked) return `it wants a key: set apiKey of a provider with the address ${search.baseUrl}`;
  if (engine !== 'openai-compatible' || search.isDeclared) return undefined;
  return (
    'it may hand texts on to a cloud, so it is not used; if all that it runs is on machines of yours, configure it: ' +
    `providers.<name> with kind "openai-compatible", baseUrl "${search.baseUrl}" and declaredLocal true`
  );
}

/** A server that was recognised. */
function ofSighting(sighting: Sighting, answers: Answers): DiscoveredServer {
  const { engine, name, version, isLoading } = sighting;
  const { search, looks, latencyMs, isCutShort } = answers;
  const list = looks[listPathOf(engine)];
  const isLocked = [list, looks['/props']].some((look) => look?.status === 401);
  return {
    ...search,
    engine,
    name,
    version,
    state: isLocked ? 'misconfigured' : isLoading === true ? 'loading' : 'ready',
    models: modelsOf(engine, list),
    latencyMs,
    isCutShort,
    isLocked,
    note: noteOf(sighting, answers, isLocked),
  };
}

function strangerNote({ looks, failure, isCutShort, budgetMs }: Answers): string {
  const statuses = Object.values(looks).flatMap((look) => (look === undefined ? [] : [look.status]));
  if (statuses.length === 0) {
    if (isCutShort) return `it accepts connections and did not answer within ${budgetMs} ms`;
    const cause = causeOf(failure) ?? '';
    return cause.startsWith('HPE_') ? 'it does not speak HTTP' : 'it closes the connection without an answer';
  }
  if (isWebPage(looks)) return 'a web page, not a model server';
  if (statuses.includes(401)) return 'it refuses without a key: configure it with its kind, address and apiKey';
  if (statuses.includes(403)) return 'it refuses the request (403): check its allowed hosts and origins';
  if (statuses.some((status) => status >= 300 && status < 400)) return 'it redirects elsewhere, as web pages do';
  if (statuses.every((status) => status >= 500)) return `it answers every request with a failure (${statuses[0]})`;
  if (isCutShort) return `some of its routes did not answer within ${budgetMs} ms; look again, or configure it`;
  return 'it answers, and is no model server that is known here';
}

/** What is at an address, from what its routes answered. */
export function describeAnswers(sighting: Sighting | undefined, answers: Answers): DiscoveredServer {
  if (sighting !== undefined) return ofSighting(sighting, answers);
  const { search, looks, isCutShort, latencyMs } = answers;
  const all = Object.values(looks);
  const isSilent = isCutShort && all.every((look) => look === undefined);
  const isLocked = all.some((look) => look?.status === 401);
  const state = isSilent ? 'busy' : 'misconfigured';
  return { ...search, name: 'unknown server', state, latencyMs, isCutShort, isLocked, note: strangerNote(answers) };
}
