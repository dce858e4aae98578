import { describe, expect, test } from '@jest/globals';
import type { AttemptRecord, HostSettings, ProviderInstance, RouteTrace } from '../../../../src/index.ts';
import { createRig } from './rig.ts';

const TARGETS = [
  { baseUrl: 'http://10.0.0.1:8080', weight: 3 },
  { baseUrl: 'http://10.0.0.2:8080', weight: 1 },
];

function instanceOf(baseUrl: string, entry: Partial<ProviderInstance['entry']>): ProviderInstance {
  return {
    serverId: `many@${new URL(baseUrl).host}`,
    entry: { id: 'many', baseUrl, ...entry },
  } as unknown as ProviderInstance;
}

function traceOf(
  attempts: readonly (readonly [host: string, outcome: AttemptRecord['outcome'], at?: number])[],
): RouteTrace {
  return {
    decision: { id: 'd', decidedAt: 0, chain: [] },
    attempts: attempts.map(([host, outcome, startedAt = 0]) => {
      return { targetId: `many@${host}:8080/m`, ref: 'many:m', outcome, startedAt };
    }),
  } as unknown as RouteTrace;
}

/** The status over these endpoints; the clock stands at 0. */
function statusOf(instances: readonly ProviderInstance[], traces: readonly RouteTrace[] = []) {
  const settings = { routing: { limits: { totalMs: 600_000 } } } as unknown as HostSettings;
  const rig = createRig({ traces, settings });
  Object.assign(rig.router, { providers: () => instances });
  return rig.run('status');
}

describe('status', () => {
  test('tells of each endpoint what runs there and what it answered', async () => {
    const slots = { slots: 2, queue: 16 };
    const instances = TARGETS.map(({ baseUrl }) => instanceOf(baseUrl, { targets: TARGETS, ...slots }));
    const { text, result } = await statusOf(instances, [
      traceOf([['10.0.0.1', 'answered']]),
      traceOf([['10.0.0.1', 'answered']]),
      traceOf([
        ['10.0.0.2', 'failed'],
        ['10.0.0.1', 'answered'],
      ]),
      traceOf([['10.0.0.2', 'answered']]),
      traceOf([['10.0.0.2', 'running', -1_000]]),
      // Left behind by a process that was killed.
      traceOf([['10.0.0.1', 'running', -700_000]]),
    ]);
    const rows = text.split('\n').map((line) => line.trim().replace(/ {2,}/g, ' | '));
    expect(rows.slice(-3)).toEqual([
      'endpoint | balance | weight | slots | queue | running | answered | share',
      'many@10.0.0.1:8080 | round-robin | 3 | 2 | 16 | 0 | 3 | 75 %',
      'many@10.0.0.2:8080 | round-robin | 1 | 2 | 16 | 1 | 1 | 25 %',
    ]);
    expect(result).toMatchObject({ endpoints: [{ answered: 3, share: 0.75 }, { running: 1 }] });
  });

  test('tells of the slots of a single endpoint, without a share', async () => {
    const { text } = await statusOf([instanceOf('http://10.0.0.1:8080', { slots: 1, queue: 0 })]);
    expect(text.split('\n').at(-1)?.trim().replace(/ {2,}/g, ' | ')).toBe(
      'many@10.0.0.1:8080 | - | 1 | 1 | 0 | 0 | 0 | -',
    );
  });

  test('has no table where every provider has one endpoint and no slots', async () => {
    const { text, result } = await statusOf([instanceOf('http://10.0.0.1:8080', {})]);
    expect(text).not.toContain('endpoint');
    expect(result).toMatchObject({ endpoints: [] });
  });
});
