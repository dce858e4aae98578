import { parseJson } from 'wooster';
import { asList, asObject, asObjects, asText } from '../../../client/dialects/json-fields.ts';
import { fieldsOf, textField, type Fingerprint, type Look } from './fingerprint.ts';

function isStarting(ready: Look | undefined): boolean {
  return ready?.status === 503 && asText(asObject(parseJson(ready.text))?.status) === 'starting';
}

function isReady(ready: Look | undefined): boolean {
  return ready?.status === 200 && ready.text.trim() === '';
}

/**
 * LocalAI imitates Ollama, wholly where `LOCALAI_OLLAMA_API_ROOT_ENDPOINT` is set, so it is looked for first: `/readyz`
 * is 200 and empty, or 503 with its own words, and `/system` tells its back ends (core/http/routes, 82c191a). With a key
 * `/system` is refused in its own words.
 */
export const localai: Fingerprint = {
  engine: 'localai',
  paths: ['/readyz', '/system', '/version'],
  recognise(looks) {
    const ready = looks['/readyz'];
    if (isStarting(ready)) return { name: 'LocalAI', isLoading: true };
    const system = looks['/system'];
    const isKeyed = system?.status === 401 && system.text.includes('An authentication key is required');
    if (!isReady(ready) || !(isKeyed || fieldsOf(system) !== undefined)) return undefined;
    return { name: 'LocalAI', version: textField(looks['/version'], 'version') };
  },
};

/**
 * `GET /` says `Ollama is running` (server/routes.go, fb30760). LocalAI can say it too, and alone of the two knows
 * `/readyz`; so as long as that route has not been answered it is not called Ollama.
 */
export const ollama: Fingerprint = {
  engine: 'ollama',
  paths: ['/', '/api/version', '/readyz'],
  recognise(looks) {
    const ready = looks['/readyz'];
    if (looks['/']?.text.trim() !== 'Ollama is running') return undefined;
    if (ready === undefined || isReady(ready) || isStarting(ready)) return undefined;
    return { name: 'Ollama', version: textField(looks['/api/version'], 'version') };
  },
};

/**
 * llama-server names itself in the Server header, answers 503 `Loading model` to all while loading, and alone has
 * `/props` (b10068). Started without a model it is a router, and `/props` says `"role":"router"`.
 */
export const llamacpp: Fingerprint = {
  engine: 'llamacpp',
  paths: ['/health', '/props'],
  recognise(looks) {
    const health = looks['/health'];
    const props = fieldsOf(looks['/props']);
    const isNamed = health?.headers.server === 'llama.cpp';
    const isLoading = health?.status === 503 && /Loading model/.test(health.text);
    const hasProps = props?.default_generation_settings !== undefined;
    if (!isNamed && !isLoading && !hasProps) return undefined;
    const name = props?.role === 'router' ? 'llama.cpp router' : 'llama.cpp';
    return { name, version: asText(props?.build_info), ...(isLoading ? { isLoading } : {}) };
  },
};

/**
 * LM Studio alone lists models with `state` under `/api/v0/models`, and with `loaded_instances` under `/api/v1/models`
 * (0.4); an empty list is its own where it calls an unknown route `Unexpected endpoint or method`.
 */
export const lmstudio: Fingerprint = {
  engine: 'lmstudio',
  paths: ['/api/v0/models', '/api/v1/models', '/props'],
  recognise(looks) {
    const old = fieldsOf(looks['/api/v0/models'])?.data;
    const models = fieldsOf(looks['/api/v1/models'])?.models;
    const isMarked =
      asObject(asList(old)[0])?.state !== undefined ||
      asObjects(models).some((model) => model.loaded_instances !== undefined);
    const isEmpty = [old, models].some((list) => Array.isArray(list) && list.length === 0);
    const isItsWord = looks['/props']?.text.includes('Unexpected endpoint or method') === true;
    return isMarked || (isEmpty && isItsWord) ? { name: 'LM Studio' } : undefined;
  },
};
