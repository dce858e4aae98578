import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHost } from '../../../src/host.ts';
import { CLOCK, DECISION_LOG, generateReply, LOCAL_PRINCIPAL, MODEL_ROUTER } from '../../../src/index.ts';
import { startFakeModelServer } from '../../../test/fakes/fake-model-server.ts';

/** A workload whose prompts come back, as those of people and of scripts do. */
export interface WorkloadPlan {
  readonly calls: number;
  readonly prompts: number;
  readonly seed: number;
}

/** What came of a workload. */
export interface WorkloadResult {
  readonly plan: WorkloadPlan;
  /** Different prompts among the calls: each has to be asked once. */
  readonly distinct: number;
  /** By the server's own count. */
  readonly asked: number;
  /** Milliseconds of each call, through the whole router. */
  readonly hitMs: readonly number[];
  readonly missMs: readonly number[];
}

/** Numbers of a seed (mulberry32), from 0 up to 1. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Places of a Zipf distribution with exponent 1: the n-th prompt comes 1/n as often as the first. */
export function drawZipf({ calls, prompts, seed }: WorkloadPlan): readonly number[] {
  const random = seeded(seed);
  const weights = Array.from({ length: prompts }, (_, at) => 1 / (at + 1));
  const total = weights.reduce((sum, weight) => sum + weight, 0);
  return Array.from({ length: calls }, () => {
    let left = random() * total;
    const at = weights.findIndex((weight) => (left -= weight) < 0);
    return at === -1 ? prompts - 1 : at;
  });
}

/** Runs the workload one call after another at temperature 0, through a whole host, against a fake server in a process of its own. */
export async function runWorkload(plan: WorkloadPlan): Promise<WorkloadResult> {
  await using server = await startFakeModelServer({ dialect: 'openai', models: ['smol'] });
  const home = await mkdtemp(join(tmpdir(), 'wooster-bench-cache-'));
  const house = { kind: 'openai-compatible', baseUrl: server.url, model: 'smol', declaredLocal: true };
  await mkdir(join(home, 'config'));
  await writeFile(
    join(home, 'config', 'local.json'),
    JSON.stringify({ embedded: { enabled: false }, providers: { house } }),
  );
  const host = await createHost({ flags: { home }, environment: {}, workingDirectory: home, home });
  try {
    await host.start(new AbortController().signal);
    const drawn = drawZipf(plan);
    const hitMs: number[] = [];
    const missMs: number[] = [];
    const clock = host.get(CLOCK);
    for (const at of drawn) {
      const startedAt = performance.now();
      const request = {
        messages: [{ role: 'user' as const, content: `Question ${at}: what is written on page ${at * 7}?` }],
        parameters: { temperature: 0 },
        principal: LOCAL_PRINCIPAL,
        signal: AbortSignal.timeout(30_000),
      };
      const { decisionId } = await generateReply(host.get(MODEL_ROUTER), request, clock);
      const took = performance.now() - startedAt;
      const attempts = host.get(DECISION_LOG).get(decisionId)?.attempts ?? [];
      (attempts.at(-1)?.costOrigin === 'cache' ? hitMs : missMs).push(took);
    }
    const requests = await server.requests();
    const asked = requests.filter(({ path }) => path === '/v1/chat/completions').length;
    return { plan, distinct: new Set(drawn).size, asked, hitMs, missMs };
  } finally {
    await host.stop();
    await rm(home, { recursive: true, force: true });
  }
}
