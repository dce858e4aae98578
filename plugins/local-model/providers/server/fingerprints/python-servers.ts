import { asList, asObject } from '../../../client/dialects/json-fields.ts';
import { applicationOf, fieldsOf, textField, type Fingerprint } from './fingerprint.ts';

/** vLLM owns its models by name (vllm/entrypoints/openai); `/version` tells its version. */
export const vllm: Fingerprint = {
  engine: 'vllm',
  paths: ['/v1/models', '/version'],
  recognise(looks) {
    const [first] = asList(fieldsOf(looks['/v1/models'])?.data);
    if (asObject(first)?.owned_by !== 'vllm') return undefined;
    return { name: 'vLLM', version: textField(looks['/version'], 'version') };
  },
};

/**
 * mlx_lm.server is Python's BaseHTTP server with a `/health` of exactly `{"status": "ok"}`; what it does not know is 404
 * `Not Found` (0.32). The Server header alone tells it from the many web services whose health says the same.
 */
export const mlx: Fingerprint = {
  engine: 'mlx',
  paths: ['/health', '/props'],
  recognise(looks) {
    const health = looks['/health'];
    const fields = fieldsOf(health);
    const isOk = fields?.status === 'ok' && Object.keys(fields).length === 1;
    const isBaseHttp = health?.headers.server?.startsWith('BaseHTTP') === true;
    return isOk && isBaseHttp && looks['/props']?.status === 404 ? { name: 'mlx_lm.server' } : undefined;
  },
};

/** mlx-vlm's `/health` says `healthy` and which model is loaded; where a key guards it, the title tells (server/app.py, 0.6). */
export const mlxVlm: Fingerprint = {
  engine: 'mlx-vlm',
  paths: ['/health', '/openapi.json'],
  recognise(looks) {
    const health = fieldsOf(looks['/health']);
    const { title, version } = applicationOf(looks);
    const isHealthy = health?.status === 'healthy' && 'loaded_model' in health;
    return isHealthy || title === 'MLX-VLM Inference API' ? { name: 'mlx-vlm', version } : undefined;
  },
};

/** mlx-omni-server tells itself by the title of its application alone (main.py, 0.5); its version there is FastAPI's own. */
export const mlxOmniServer: Fingerprint = {
  engine: 'mlx-omni-server',
  paths: ['/openapi.json'],
  recognise: (looks) => (applicationOf(looks).title === 'MLX Omni Server' ? { name: 'mlx-omni-server' } : undefined),
};

/** The server of llama-cpp-python tells itself by the title of its application (llama_cpp/server/app.py, 0.3). */
export const llamaCppPython: Fingerprint = {
  engine: 'llama-cpp-python',
  paths: ['/openapi.json'],
  recognise(looks) {
    const { title, version } = applicationOf(looks);
    return title?.includes('llama.cpp Python API') === true ? { name: 'llama-cpp-python', version } : undefined;
  },
};
