import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from '@jest/globals';

const ENVIRONMENT = new URL('../../../src/kernel/config/env.ts', import.meta.url).href;

/** What a child of a process finds that has forbidden tracing, and what the process finds afterwards. */
const PROGRAM = `
import { execFileSync } from 'node:child_process';
import { extendEnvironment, forbidVendorTracing } from ${JSON.stringify(ENVIRONMENT)};
forbidVendorTracing();
const restore = extendEnvironment({ LENT: 'yes', PATH: process.env.PATH + ':/more' });
const child = execFileSync(process.execPath, ['-p', 'JSON.stringify(process.env)'], { encoding: 'utf8' });
restore();
console.log(JSON.stringify([JSON.parse(child), process.env]));
`;

test('tracing and telemetry are off in the process and its children: keys, endpoints and gateways of the vendor are gone', async () => {
  const vendor = {
    LANGSMITH_TRACING: 'true',
    LANGCHAIN_TRACING_V2: 'true',
    LANGSMITH_API_KEY: 'lsv2-0123456789',
    LANGCHAIN_API_KEY: 'lsv2-0123456789',
    LANGSMITH_ENDPOINT: 'https://tracing.example',
    LANGCHAIN_ENDPOINT: 'https://tracing.example',
    LANGSMITH_RUNS_ENDPOINTS: '{"https://tracing.example":"key"}',
    // Sends whole calls of models through the vendor.
    LANGSMITH_GATEWAY: 'true',
    LANGSMITH_GATEWAY_API_KEY: 'lsv2-0123456789',
    LANGSMITH_OTEL_ENABLED: 'true',
  };
  const env = { PATH: '/usr/bin:/bin', OTHER: 'stays', ...vendor };
  const words = ['--input-type=module', '-e', PROGRAM];
  const { stdout } = await promisify(execFile)(process.execPath, words, { env, timeout: 30_000 });
  const [child, own] = JSON.parse(stdout) as [Record<string, string>, Record<string, string>];
  for (const seen of [child, own]) {
    expect(JSON.stringify(seen)).not.toMatch(/lsv2|tracing\.example/);
    expect(seen).toMatchObject({
      OTHER: 'stays',
      LANGSMITH_TRACING: 'false',
      LANGCHAIN_TRACING_V2: 'false',
      LANGSMITH_OTEL_ENABLED: 'false',
      DO_NOT_TRACK: '1',
      HF_HUB_DISABLE_TELEMETRY: '1',
    });
    expect(seen.LANGSMITH_GATEWAY).toBeUndefined();
  }
  expect([child.LENT, child.PATH]).toEqual(['yes', '/usr/bin:/bin:/more']);
  expect([own.LENT, own.PATH]).toEqual([undefined, '/usr/bin:/bin']);
});
