import { isWoosterError, type HealthReport, type WoosterError } from 'wooster';
import type { ClientCall } from '../../client/chat-request.ts';
import type { LocalModelClient } from '../../client/local-model-client.ts';
import {
  FINGERPRINTS,
  isWebPage,
  recognise,
  type EngineId,
  type Look,
  type Looks,
  type Sighting,
} from './fingerprints.ts';
import type { Preset } from './preset.ts';

/** One probe: whom, as what, and which model must be there. */
interface ProbeOptions {
  readonly client: LocalModelClient;
  /** The client to go on with, once it is known what the server is. */
  readonly become: (engine: EngineId) => LocalModelClient;
  readonly preset: Preset;
  readonly provider: string;
  readonly address: string;
  /** The configured model, when there is one. */
  readonly model?: string;
  readonly call: ClientCall;
  /** It counts as local only for being the engine that its kind says, so a generic server is not enough. */
  readonly mustBeEngine?: boolean;
}

type Verdict = Omit<HealthReport, 'latencyMs'>;

/** What the routes answered, and why the first of the others could not be asked. */
interface Round {
  readonly looks: Looks;
  readonly failure?: unknown;
}

/** Looks at the given routes at once; fails only when none of them could be asked. */
async function lookAt(client: LocalModelClient, paths: readonly string[], call: ClientCall): Promise<Round> {
  const results = await Promise.allSettled(paths.map((path) => client.look(path, call)));
  const failure: unknown = results.find((result) => result.status === 'rejected')?.reason;
  if (results.every(({ status }) => status === 'rejected')) throw failure;
  const looks = paths.map((path, index): [string, Look | undefined] => {
    const result = results[index]!;
    return [path, result.status === 'fulfilled' ? result.value : undefined];
  });
  return { looks: Object.fromEntries(looks), failure };
}

/** A route that is silent says nothing of the others; a server that nobody can reach does. */
async function askFirst(client: LocalModelClient, path: string, call: ClientCall): Promise<Round> {
  try {
    return await lookAt(client, [path], call);
  } catch (error) {
    if (isWoosterError(error) && error.code === 'E_TIMEOUT' && !call.signal.aborted) {
      return { looks: { [path]: undefined }, failure: error };
    }
    throw error;
  }
}

/**
 * What the server is: first by the marks of the expected engine, then by those of all. A server of which some routes
 * could not be asked is not called a stranger: the failure is thrown.
 */
export async function identify(
  client: LocalModelClient,
  preset: Preset,
  call: ClientCall,
): Promise<{ sighting: Sighting | undefined; looks: Looks }> {
  const own = FINGERPRINTS.find(({ engine }) => engine === preset.engine);
  if (own !== undefined) {
    const { looks } = await lookAt(client, own.paths, call);
    const found = own.recognise(looks);
    if (found !== undefined) return { sighting: { engine: own.engine, ...found }, looks };
  }
  const [first, ...others] = [...new Set(FINGERPRINTS.flatMap(({ paths }) => paths))];
  // One first: where nobody listens, a dozen refusals tell no more and hold up the call that has just failed there.
  const { looks: seen, failure: firstFailure } = await askFirst(client, first!, call);
  const { looks: more, failure = firstFailure } = await lookAt(client, others, call);
  const looks = { ...seen, ...more };
  const sighting = recognise(looks);
  if (sighting === undefined && failure !== undefined) throw failure;
  return { sighting, looks };
}

function ofFailure(error: WoosterError, { preset, provider, address }: ProbeOptions): Verdict {
  const { code, message } = error;
  if (code === 'E_UNREACHABLE') {
    return { state: 'down', code, detail: message, remedy: `${provider} at ${address}: ${preset.startHint}` };
  }
  if (code === 'E_TIMEOUT') {
    const remedy = 'it accepts connections but does not answer in time; look at its load, or start it again';
    return { state: 'down', code, detail: message, remedy };
  }
  return { state: 'misconfigured', code, detail: message, remedy: 'correct the address of this provider' };
}

function ofStranger(looks: Looks, { preset, address }: ProbeOptions): Verdict {
  if (Object.values(looks).some((look) => look?.status === 401)) {
    const detail = `${address} refuses the key`;
    return { state: 'misconfigured', code: 'E_PROVIDER_AUTH', detail, remedy: 'set the API key of this provider' };
  }
  if (Object.values(looks).some((look) => look?.status === 403)) {
    const detail = `${address} refuses the request (403)`;
    const remedy = 'check its allowed hosts and origins, and the API key';
    return { state: 'misconfigured', code: 'E_PROVIDER_AUTH', detail, remedy };
  }
  const statuses = Object.values(looks).flatMap((look) => (look === undefined ? [] : [look.status]));
  if (statuses.length > 0 && statuses.every((status) => status >= 500)) {
    const detail = `${address} answers every request with a failure (status ${statuses[0]})`;
    return { state: 'down', code: 'E_PROVIDER_SERVER', detail, remedy: `look into its log; ${preset.startHint}` };
  }
  const what = isWebPage(looks) ? 'a web page, not a model server' : `something that is not ${preset.title}`;
  const remedy = `correct the address, or ${preset.startHint}`;
  return { state: 'misconfigured', code: 'E_MALFORMED', detail: `${address} serves ${what}`, remedy };
}

function sameModel(listed: string, wanted: string): boolean {
  return listed === wanted || listed === `${wanted}:latest`;
}

async function ofServer(sighting: Sighting, options: ProbeOptions): Promise<Verdict> {
  const { preset, address, call, model } = options;
  const engine = { name: sighting.name, version: sighting.version };
  const label = [sighting.name, sighting.version].filter(Boolean).join(' ');
  const isOther = preset.engine !== undefined && sighting.engine !== preset.engine;
  if (isOther && (sighting.engine !== 'openai-compatible' || preset.dialect.id !== 'openai')) {
    const remedy = `set its kind to "${sighting.engine}", or ${preset.startHint}`;
    const detail = `${address} is ${label}, not ${preset.title}`;
    return { state: 'misconfigured', code: 'E_MALFORMED', engine, detail, remedy };
  }
  if (isOther && options.mustBeEngine === true) {
    const remedy = 'set declaredLocal if all that it runs is on machines of yours, or its kind to "openai-compatible"';
    const detail = `${address} does not show to be ${preset.title}, and may hand texts on to a cloud`;
    return { state: 'misconfigured', code: 'E_PRIVACY', engine, detail, remedy };
  }
  if (sighting.isLoading === true) {
    const detail = `${label} is loading its model`;
    return { state: 'loading', code: 'E_LOADING', engine, detail, remedy: 'wait until it is loaded' };
  }
  const models = await options.become(sighting.engine).listModels(call);
  const isSame = preset.isSameModel ?? sameModel;
  if (model !== undefined && preset.hasStrictModelNames && !models.some(({ id }) => isSame(id, model))) {
    const detail = `${label} does not have the model ${model}`;
    return { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND', engine, detail, remedy: preset.pullHint(model) };
  }
  if (models.length === 0 && preset.hasStrictModelNames) {
    const remedy = preset.pullHint('<model>');
    return { state: 'misconfigured', code: 'E_MODEL_NOT_FOUND', engine, detail: `${label} has no models`, remedy };
  }
  return { state: 'ready', engine, detail: `${label}, ${models.length} ${models.length === 1 ? 'model' : 'models'}` };
}

/** What of a refused list of models is told as health. */
function ofRefusal(error: WoosterError): Verdict {
  const { code, message, row } = error;
  const state = code === 'E_LOADING' ? 'loading' : code === 'E_BUSY' || code === 'E_RATE_LIMITED' ? 'busy' : undefined;
  const isKey = code === 'E_PROVIDER_AUTH';
  return {
    state: state ?? (code === 'E_PROVIDER_SERVER' || code === 'E_UNREACHABLE' ? 'down' : 'misconfigured'),
    code,
    detail: message,
    remedy: isKey ? 'set the API key of this provider' : row.remedy,
  };
}

/** A cheap look that loads no model; every fault is a report with what to do, only a cancellation is thrown. */
export async function probeServer(options: ProbeOptions): Promise<HealthReport> {
  const start = performance.now();
  const report = (verdict: Verdict): HealthReport => ({ ...verdict, latencyMs: performance.now() - start });
  let seen: Awaited<ReturnType<typeof identify>>;
  try {
    seen = await identify(options.client, options.preset, options.call);
  } catch (error) {
    if (options.call.signal.aborted || !isWoosterError(error)) throw error;
    return report(ofFailure(error, options));
  }
  if (seen.sighting === undefined) return report(ofStranger(seen.looks, options));
  try {
    return report(await ofServer(seen.sighting, options));
  } catch (error) {
    if (options.call.signal.aborted || !isWoosterError(error)) throw error;
    return report(ofRefusal(error));
  }
}
