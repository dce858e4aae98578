import { appendFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { applyPatch, breakBuild, LAYERS } from '../proof/egress/broken-builds.ts';
import { PLACES, totalOf, type EgressLine } from '../proof/egress/egress-line.ts';
import { attemptsIn, runEgress } from '../proof/egress/run-egress.ts';

const REPOSITORY = resolve(import.meta.dirname, '../..');
const report = process.env['WOOSTER_PROOF_REPORT'];
/** The whole proof makes as many as this; without the variable a sample is made. */
const fullCalls = Number(process.env['WOOSTER_PROOF_EGRESS_CALLS'] ?? 0);
const SAMPLE_CALLS = 240;
/** Enough to play every kind of call; a build is broken at the first attempt. */
const BROKEN_CALLS = 96;
const LIMIT_MS = fullCalls > 0 ? 3_000_000 : 100_000;
const ALL = Object.keys(LAYERS);

/** Runs a build without the named layers, and writes its row of the report. */
async function prove(
  removed: readonly string[],
  { calls = BROKEN_CALLS, isTraced = true, isHouseOnly = false } = {},
): Promise<EgressLine> {
  using build = removed.length === 0 ? undefined : breakBuild(REPOSITORY, removed);
  const sources = build?.root ?? REPOSITORY;
  const { run, attempts } = await runEgress({ sources, calls, isTraced, isHouseOnly, limitMs: LIMIT_MS });
  const name =
    removed.length === 0 ? 'intact' : `without ${removed.length === ALL.length ? 'any layer' : removed.join(', ')}`;
  const line = { build: name, isTraced, isHouseOnly, run, attempts };
  if (report !== undefined) appendFileSync(report, `${JSON.stringify(line)}\n`);
  return line;
}

/** What must hold of a run that lets nothing out, by the trace and by the kernel's own count. */
function expectNothing({ run, attempts }: EgressLine): void {
  expect({ attempts, unroutable: run.unroutable }).toEqual({ attempts: {}, unroutable: 0 });
}

function sumOf(attempts: EgressLine['attempts']): number {
  return Object.values(attempts).reduce((sum, count) => sum + count, 0);
}

describe('local-only, with keys of every cloud, clouds permitted and a proxy in the environment', () => {
  const calls = fullCalls || SAMPLE_CALLS;

  test(
    'reaches nothing beyond loopback, by the trace of its system calls and by what the kernel counted',
    async () => {
      const line = await prove([], { calls });
      expectNothing(line);
      expect(totalOf(line.run)).toBeGreaterThanOrEqual(calls);
      for (const kind of ['plain', 'stream', 'tools', 'embeddings', 'ingest', 'download', 'stray']) {
        expect(line.run.calls[kind]).toBeGreaterThan(0);
      }
      // Most answer, some fail as the matrix has it, and every download is refused.
      expect(line.run.ends['answered']).toBeGreaterThan(calls / 4);
      expect(line.run.ends['E_PRIVACY']).toBe(line.run.calls['download']);
      expect(Object.keys(line.run.ends)).not.toContain('unhandled');
    },
    LIMIT_MS,
  );

  if (fullCalls > 0) {
    test(
      'reaches nothing without a trace that slows it down',
      async () => expectNothing(await prove([], { calls, isTraced: false })),
      LIMIT_MS,
    );
  }
});

describe('the broken build', () => {
  test(
    'without any layer fails the proof: hub, proxy, name server and the rest are seen in the trace',
    async () => {
      const line = await prove(ALL);
      expect(Object.keys(line.attempts).toSorted()).toEqual(Object.values(PLACES).toSorted());
      expect(() => expectNothing(line)).toThrow(/attempts/);
      // Two witnesses that know nothing of each other.
      expect(line.run.unroutable).toBe(sumOf(line.attempts));
      // Not by the plugin alone: the clouds themselves are looked up and asked, one of them by the proxy.
      const own = await prove(ALL, { isHouseOnly: true });
      expect(Object.keys(own.attempts)).toEqual(expect.arrayContaining([PLACES.names, PLACES.proxy, PLACES.hub]));
    },
    LIMIT_MS,
  );

  test(
    'with the process guard alone still reaches nothing',
    async () => expectNothing(await prove(ALL.filter((layer) => layer !== 'process'))),
    LIMIT_MS,
  );

  test(
    'without the process guard lets only a plugin out that goes past everything',
    async () => {
      expectNothing(await prove(['process'], { isHouseOnly: true }));
      if (fullCalls > 0) expect((await prove(['process'])).attempts).toHaveProperty([PLACES.stray]);
    },
    LIMIT_MS,
  );

  if (fullCalls > 0) {
    test.each(ALL.filter((layer) => layer !== 'process'))(
      'without %s alone reaches nothing',
      async (layer) => expectNothing(await prove([layer])),
      LIMIT_MS,
    );

    test.each(ALL.filter((layer) => layer !== 'process'))(
      'without the process guard and %s is told in the report',
      async (layer) => {
        const line = await prove(['process', layer], { isHouseOnly: true });
        expect(line.run.unroutable).toBe(sumOf(line.attempts));
      },
      LIMIT_MS,
    );
  }

  test('is not made where the text that it replaces is not there once', () => {
    const patch = { file: 'a.ts', text: 'guard();', instead: '' };
    expect(applyPatch('before guard(); after', patch)).toBe('before  after');
    expect(() => applyPatch('nothing of it', patch)).toThrow(/a\.ts has 0 times/);
    expect(() => applyPatch('guard(); guard();', patch)).toThrow(/2 times/);
  });
});

test('a trace is read for both families, and a question to a name server counts wherever it is', async () => {
  const lines = [
    '12 connect(20, {sa_family=AF_INET, sin_port=htons(443), sin_addr=inet_addr("93.184.216.34")}, 16) = -1 ENETUNREACH',
    '12 connect(20, {sa_family=AF_INET6, sin6_port=htons(443), inet_pton(AF_INET6, "2606:2800::1", &sin6_addr)}, 28) = -1',
    '12 connect(20, {sa_family=AF_INET, sin_port=htons(8080), sin_addr=inet_addr("127.0.0.1")}, 16) = 0',
    '12 sendto(21, "..", 2, 0, {sa_family=AF_INET, sin_port=htons(53), sin_addr=inet_addr("127.0.0.53")}, 16) = 2',
    '12 connect(3, {sa_family=AF_UNIX, sun_path="/run/x"}, 110) = 0',
  ];
  const { attempts, hasLoopback } = await attemptsIn(
    (async function* () {
      yield* lines;
    })(),
  );
  expect(attempts).toEqual({ '93.184.216.34': 1, '2606:2800::1': 1, 'a name server on loopback': 1 });
  expect(hasLoopback).toBe(true);
});
