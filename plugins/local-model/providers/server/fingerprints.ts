import { isHtml, parseJson } from 'wooster';
import { asList, asObject, asText } from '../../client/dialects/json-fields.ts';

/** Engines that are told apart by what they answer. */
export type EngineId =
  | 'localai'
  | 'ollama'
  | 'llamacpp'
  | 'tei'
  | 'lmstudio'
  | 'vllm'
  | 'infinity'
  | 'embedding-server'
  | 'mlx'
  | 'openai-compatible';

/** What one route answered. */
export interface Look {
  readonly status: number;
  readonly text: string;
  readonly headers: Readonly<Record<string, string>>;
}

/** Answers by path; a path that could not be asked is absent. */
export type Looks = Readonly<Record<string, Look | undefined>>;

/** What a server was recognised as. */
export interface Sighting {
  readonly engine: EngineId;
  readonly name: string;
  readonly version?: string;
  readonly isLoading?: boolean;
}

/** How our own embedding server calls itself. */
const SERVER_NAME = 'wooster-embedding-server';

/** How one engine is recognised: the routes to look at, and what they say of it. */
interface Fingerprint {
  readonly engine: EngineId;
  readonly paths: readonly string[];
  recognise(looks: Looks): Omit<Sighting, 'engine'> | undefined;
}

function json(look: Look | undefined): unknown {
  return look === undefined || look.status !== 200 ? undefined : parseJson(look.text);
}

function field(look: Look | undefined, name: string): string | undefined {
  return asText(asObject(json(look))?.[name]);
}

/** LocalAI emulates Ollama wholly, so it is looked for first: `/readyz` is 200 and empty, or 503 with its own words. */
const localai: Fingerprint = {
  engine: 'localai',
  paths: ['/readyz', '/system', '/version'],
  recognise(looks) {
    const ready = looks['/readyz'];
    if (ready?.status === 503 && asText(asObject(parseJson(ready.text))?.status) === 'starting') {
      return { name: 'LocalAI', isLoading: true };
    }
    const isReady = ready?.status === 200 && ready.text.trim() === '' && asObject(json(looks['/system'])) !== undefined;
    return isReady ? { name: 'LocalAI', version: field(looks['/version'], 'version') } : undefined;
  },
};

/** `GET /` says `Ollama is running`; LocalAI can say it too, and has no `/api/version` of Ollama's form before 0.9.0. */
const ollama: Fingerprint = {
  engine: 'ollama',
  paths: ['/', '/api/version'],
  recognise(looks) {
    if (looks['/']?.text.trim() !== 'Ollama is running') return undefined;
    return { name: 'Ollama', version: field(looks['/api/version'], 'version') };
  },
};

/** llama-server names itself in the Server header, answers 503 to all while loading, and alone has `/props`. */
const llamacpp: Fingerprint = {
  engine: 'llamacpp',
  paths: ['/health', '/props'],
  recognise(looks) {
    const health = looks['/health'];
    const props = asObject(json(looks['/props']));
    const isNamed = health?.headers.server === 'llama.cpp';
    const isLoading = health?.status === 503 && /Loading model/.test(health.text);
    const hasProps = props?.default_generation_settings !== undefined;
    if (!isNamed && !isLoading && !hasProps) return undefined;
    return { name: 'llama.cpp', version: asText(props?.build_info), ...(isLoading ? { isLoading } : {}) };
  },
};

/** text-embeddings-inference lists no models; `/info` tells the one it serves and what it takes. */
const tei: Fingerprint = {
  engine: 'tei',
  paths: ['/info'],
  recognise(looks) {
    const info = asObject(json(looks['/info']));
    if (asText(info?.model_id) === undefined || info?.max_client_batch_size === undefined) return undefined;
    return { name: 'text-embeddings-inference', version: asText(info.version) };
  },
};

/** infinity's `/health` tells the time and nothing else. */
const infinity: Fingerprint = {
  engine: 'infinity',
  paths: ['/health'],
  recognise(looks) {
    const health = asObject(json(looks['/health']));
    return typeof health?.unix === 'number' ? { name: 'infinity' } : undefined;
  },
};

/** Our embedding server owns its models by name, as vLLM does. */
const embeddingServer: Fingerprint = {
  engine: 'embedding-server',
  paths: ['/v1/models', '/health'],
  recognise(looks) {
    const [first] = asList(asObject(json(looks['/v1/models']))?.data);
    const isOurs = asObject(first)?.owned_by === 'wooster' || field(looks['/health'], 'server') === SERVER_NAME;
    return isOurs ? { name: SERVER_NAME, version: field(looks['/health'], 'version') } : undefined;
  },
};

/** LM Studio alone lists models under `/api/v0/models`, with `state` and `compatibility_type`. */
const lmstudio: Fingerprint = {
  engine: 'lmstudio',
  paths: ['/api/v0/models'],
  recognise(looks) {
    const list = asObject(json(looks['/api/v0/models']));
    const [first] = asList(list?.data);
    const isOurs = Array.isArray(list?.data) && (first === undefined || asObject(first)?.state !== undefined);
    return isOurs ? { name: 'LM Studio' } : undefined;
  },
};

/** vLLM owns its models by name. */
const vllm: Fingerprint = {
  engine: 'vllm',
  paths: ['/v1/models', '/version'],
  recognise(looks) {
    const [first] = asList(asObject(json(looks['/v1/models']))?.data);
    if (asObject(first)?.owned_by !== 'vllm') return undefined;
    return { name: 'vLLM', version: field(looks['/version'], 'version') };
  },
};

/** mlx_lm.server is Python's BaseHTTP server, with a `/health` of exactly `{"status": "ok"}` and no `/props`. */
const mlx: Fingerprint = {
  engine: 'mlx',
  paths: ['/health', '/props'],
  recognise(looks) {
    const health = looks['/health'];
    const isBaseHttp = (health?.headers.server ?? '').startsWith('BaseHTTP');
    const fields = asObject(json(health));
    const isOk = fields?.status === 'ok' && Object.keys(fields).length === 1;
    return isOk && (isBaseHttp || looks['/props']?.status === 404) ? { name: 'mlx_lm.server' } : undefined;
  },
};

/** Anything that lists models the OpenAI way. */
const generic: Fingerprint = {
  engine: 'openai-compatible',
  paths: ['/v1/models'],
  recognise(looks) {
    const list = asObject(json(looks['/v1/models']));
    return Array.isArray(list?.data) ? { name: 'an OpenAI-compatible server' } : undefined;
  },
};

/** In the order in which they are believed. */
export const FINGERPRINTS: readonly Fingerprint[] = [
  localai,
  ollama,
  llamacpp,
  tei,
  lmstudio,
  vllm,
  infinity,
  embeddingServer,
  mlx,
  generic,
];

/** The first engine that the answers fit. */
export function recognise(looks: Looks): Sighting | undefined {
  for (const fingerprint of FINGERPRINTS) {
    const found = fingerprint.recognise(looks);
    if (found !== undefined) return { engine: fingerprint.engine, ...found };
  }
  return undefined;
}

/** Whether what answered is a web page rather than a model server. */
export function isWebPage(looks: Looks): boolean {
  return Object.values(looks).some((look) => look !== undefined && isHtml(look.text));
}
