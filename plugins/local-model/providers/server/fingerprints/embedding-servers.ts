import { asList, asObject, asText } from '../../../client/dialects/json-fields.ts';
import { fieldsOf, textField, type Fingerprint } from './fingerprint.ts';

/** How our own embedding server calls itself. */
const SERVER_NAME = 'wooster-embedding-server';

/** text-embeddings-inference lists no models; `/info` tells the one it serves and what it takes (router/src/http, 1.9). */
export const tei: Fingerprint = {
  engine: 'tei',
  paths: ['/info'],
  recognise(looks) {
    const info = fieldsOf(looks['/info']);
    if (asText(info?.model_id) === undefined || info?.max_client_batch_size === undefined) return undefined;
    return { name: 'text-embeddings-inference', version: asText(info.version) };
  },
};

/** infinity's `/health` tells the time and nothing else (infinity_server.py, 0.0.77). */
export const infinity: Fingerprint = {
  engine: 'infinity',
  paths: ['/health'],
  recognise(looks) {
    return typeof fieldsOf(looks['/health'])?.unix === 'number' ? { name: 'infinity' } : undefined;
  },
};

/** Our embedding server owns its models by name, as vLLM does, and names itself in `/health`. */
export const embeddingServer: Fingerprint = {
  engine: 'embedding-server',
  paths: ['/v1/models', '/health'],
  recognise(looks) {
    const [first] = asList(fieldsOf(looks['/v1/models'])?.data);
    const isOurs = asObject(first)?.owned_by === 'wooster' || textField(looks['/health'], 'server') === SERVER_NAME;
    return isOurs ? { name: SERVER_NAME, version: textField(looks['/health'], 'version') } : undefined;
  },
};
