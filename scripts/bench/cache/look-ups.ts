import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createResponseCache } from '../../../src/cache/response-cache.ts';
import { CACHE_STEPS } from '../../../src/cache/kept-replies.ts';
import type { CacheKey, Logger } from '../../../src/index.ts';
import { systemClock } from '../../../src/kernel/clock.ts';
import { openDatabase } from '../../../src/kernel/database/open-database.ts';
import { seeded } from './workload.ts';

/** How many entries there are and how often one of them is looked up. */
export interface LookUpPlan {
  readonly entries: number;
  readonly lookUps: number;
}

/** Milliseconds of each operation on the cache alone. */
export interface LookUpResult {
  readonly plan: LookUpPlan;
  readonly keepMs: readonly number[];
  readonly hitMs: readonly number[];
  readonly missMs: readonly number[];
  readonly fileBytes: number;
}

/** A question of some length after a standing instruction, and an answer of a page. */
function keyOf(number: number): CacheKey {
  const question = `Question ${number}: ${'what does the handbook say of it? '.repeat(30)}`;
  const messages = [
    { type: 'system', content: 'You are a helpful assistant. '.repeat(20) },
    { type: 'human', content: question },
  ];
  return {
    task: 'chat',
    content: { messages, tools: [] },
    ref: 'house:smol',
    parameters: { temperature: 0 },
    privacy: 'any',
    principalId: 'local',
  };
}

function timed(work: () => void): number {
  const startedAt = performance.now();
  work();
  return performance.now() - startedAt;
}

const SILENT: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

/** Fills a cache on disk, opens it anew as another process would, and looks entries up at random. Throws for a look-up that finds nothing. */
export async function runLookUps(plan: LookUpPlan): Promise<LookUpResult> {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-bench-cache-'));
  const path = join(folder, 'cache.db');
  const settings = { mode: 'auto', ttlMs: 3_600_000, maxBytes: 1024 * 1024 * 1024 } as const;
  const open = () => openDatabase({ path, holds: 'kept answers', steps: CACHE_STEPS });
  const cacheOf = (database: ReturnType<typeof open>) =>
    createResponseCache({ database, settings, clock: systemClock, log: SILENT });
  try {
    const first = open();
    const filled = cacheOf(first);
    const reply = { text: 'The handbook says this. '.repeat(100), decisionId: 'd' };
    const keepMs = Array.from({ length: plan.entries }, (_, at) => timed(() => filled.keep(keyOf(at), reply)));
    await first.dispose();
    const second = open();
    const cache = cacheOf(second);
    const random = seeded(1);
    const places = Array.from({ length: plan.lookUps }, () => Math.floor(random() * plan.entries));
    const hitMs = places.map((at) =>
      timed(() => {
        if (cache.find(keyOf(at)) === undefined) throw new Error(`entry ${at} is not there`);
      }),
    );
    const missMs = places.map((at) => timed(() => void cache.find(keyOf(plan.entries + at))));
    await second.dispose();
    return { plan, keepMs, hitMs, missMs, fileBytes: statSync(path).size };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
