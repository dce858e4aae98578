import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import {
  FINGERPRINTS,
  recognise,
  type Look,
  type Looks,
} from '../../../../plugins/local-model/providers/server/fingerprints.ts';
import { readRecording } from '../../../fakes/model-server/recordings.ts';

function look(body: unknown, status = 200, headers: Record<string, string> = {}): Look {
  return { status, headers, text: typeof body === 'string' ? body : JSON.stringify(body) };
}

/** What a real server answered, as it was recorded. */
function recorded(name: string): Look {
  const { status, headers, body } = readRecording(name);
  const lowered = Object.entries(headers).map(([key, value]) => [key.toLowerCase(), value]);
  return { status, headers: Object.fromEntries(lowered) as Record<string, string>, text: body };
}

const nothing = look('404 page not found', 404);

describe('recordings of real servers are recognised', () => {
  test('llama-server, while it loads too, and as a router', () => {
    const [health, props] = [recorded('llama-server-b10068-health'), recorded('llama-server-b10068-props')];
    expect(recognise({ '/health': health, '/props': props })).toMatchObject({ engine: 'llamacpp', name: 'llama.cpp' });
    const loading = recorded('llama-server-b10068-health-loading');
    expect(recognise({ '/health': loading, '/props': loading })).toMatchObject({ engine: 'llamacpp', isLoading: true });
    const router = recorded('llama-server-router-props');
    expect(recognise({ '/health': health, '/props': router })).toEqual({
      engine: 'llamacpp',
      name: 'llama.cpp router',
      version: 'b1-571d0d5',
    });
  });

  test('mlx_lm.server', () => {
    const looks = { '/health': recorded('mlx-lm-0.32.2-health'), '/props': look('Not Found', 404) };
    expect(recognise(looks)).toEqual({ engine: 'mlx', name: 'mlx_lm.server' });
  });

  test.each(['ollama-0.24', 'ollama-0.32.2', 'ollama-0.34'])('%s', (version) => {
    const looks: Looks = {
      '/': look('Ollama is running'),
      '/readyz': nothing,
      '/api/version': recorded(`${version}-version`),
    };
    expect(recognise(looks)).toMatchObject({
      engine: 'ollama',
      name: 'Ollama',
      version: expect.stringMatching(/^0\.\d+/),
    });
  });
});

describe('an imitation is not believed', () => {
  const root = look('Ollama is running');

  test('of Ollama by LocalAI, ready, starting, or with a key', () => {
    const key = look({ error: { code: 401, message: 'An authentication key is required' } }, 401);
    expect(recognise({ '/': root, '/readyz': look(''), '/system': look({}) })?.engine).toBe('localai');
    expect(recognise({ '/': root, '/readyz': look({ status: 'starting' }, 503) })?.engine).toBe('localai');
    expect(recognise({ '/': root, '/readyz': look(''), '/system': key })?.engine).toBe('localai');
  });

  test('of Ollama by whoever has not said whether it knows LocalAI\u2019s own route', () => {
    expect(recognise({ '/': root })).toBeUndefined();
    expect(recognise({ '/': root, '/readyz': look('') })).toBeUndefined();
  });

  test('of mlx_lm.server by a web service whose health is ok', () => {
    const looks = { '/health': look({ status: 'ok' }, 200, { server: 'uvicorn' }), '/props': nothing };
    expect(recognise(looks)).toBeUndefined();
    expect(recognise({ ...looks, '/v1/models': look({ data: [] }) })?.engine).toBe('openai-compatible');
  });

  test('of mlx-omni-server by one whose health is ok, nor of LM Studio by an empty list', () => {
    expect(recognise({ '/health': look({ status: 'ok', version: '1' }) })).toBeUndefined();
    expect(recognise({ '/api/v0/models': look({ data: [] }), '/props': nothing })).toBeUndefined();
    const word = look({ error: 'Unexpected endpoint or method. (GET /props)' });
    expect(recognise({ '/api/v0/models': look({ data: [] }), '/props': word })?.engine).toBe('lmstudio');
  });
});

test('mlx-vlm is recognised by its health, and by its title where a key guards that', () => {
  const health = look({ status: 'healthy', loaded_model: null });
  const openapi = look({ info: { title: 'MLX-VLM Inference API', version: '0.6.15' } });
  expect(recognise({ '/health': health, '/openapi.json': nothing })?.engine).toBe('mlx-vlm');
  expect(recognise({ '/health': look('', 401), '/openapi.json': openapi })).toMatchObject({ version: '0.6.15' });
});

test('LM Studio is recognised by its newer list alone', () => {
  const models = look({ models: [{ key: 'm', loaded_instances: [] }] });
  expect(recognise({ '/api/v1/models': models, '/api/v0/models': nothing })?.engine).toBe('lmstudio');
});

test('whatever routes answer, no fingerprint throws, and each reads only the routes it names', () => {
  const paths = [...new Set(FINGERPRINTS.flatMap((each) => each.paths))];
  const answer = fc.record({
    status: fc.constantFrom(200, 401, 404, 503),
    headers: fc.constant({}),
    text: fc.oneof(fc.json(), fc.string(), fc.constantFrom('Ollama is running', '')),
  });
  const looksArbitrary = fc.record(Object.fromEntries(paths.map((path) => [path, answer])), { requiredKeys: [] });
  fc.assert(
    fc.property(looksArbitrary, (looks) => {
      for (const fingerprint of FINGERPRINTS) {
        const own = Object.fromEntries(fingerprint.paths.map((path) => [path, looks[path]]));
        expect(fingerprint.recognise(own)).toEqual(fingerprint.recognise(looks));
      }
    }),
  );
});
