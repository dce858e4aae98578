import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from '@jest/globals';
import { CACHE_STEPS } from '../../src/cache/kept-replies.ts';
import { createResponseCache } from '../../src/cache/response-cache.ts';
import type { CacheKey, CacheSettings, Logger } from '../../src/index.ts';
import { openDatabase } from '../../src/kernel/database/open-database.ts';

export const HOUR_MS = 3_600_000;

const undo: (() => unknown)[] = [];

afterEach(async () => {
  for (const each of undo.splice(0).toReversed()) await each();
});

/** A cache in a folder of its own, or in that of another one, with clocks that stand until a test moves them. */
export function cacheOf(change: Partial<CacheSettings> = {}, folder = freshFolder()) {
  const path = join(folder, 'cache.db');
  const database = openDatabase({ path, holds: 'kept answers', steps: CACHE_STEPS });
  undo.push(() => database.dispose());
  const time = { now: 1_700_000_000_000, monotonic: 0 };
  const warnings: string[] = [];
  const warn = (message: string, fields: Readonly<Record<string, unknown>> = {}): void =>
    void warnings.push(`${message}: ${String(fields['reason'])}`);
  const log: Logger = { debug: () => undefined, info: () => undefined, warn, error: () => undefined };
  const settings: CacheSettings = { mode: 'auto', ttlMs: HOUR_MS, maxBytes: 1_000_000, ...change };
  const clock = { now: () => time.now, monotonic: () => time.monotonic };
  const cache = createResponseCache({ database, settings, clock, log });
  const pass = (ms: number): void => {
    time.now += ms;
    time.monotonic += ms;
  };
  return { cache, database, path, folder, time, pass, warnings };
}

export function freshFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'wooster-cache-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** A key that differs from others by what is asked. */
export function keyOf(question: string, change: Partial<CacheKey> = {}): CacheKey {
  return {
    task: 'chat',
    content: { messages: [question] },
    ref: 'fake:m',
    parameters: { temperature: 0 },
    privacy: 'any',
    principalId: 'local',
    ...change,
  };
}

export function replyOf(text: string) {
  return { text, usage: { inputTokens: 3, outputTokens: 4, isEstimated: false }, decisionId: 'd1' };
}
