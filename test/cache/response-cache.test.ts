import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import type { CacheKey } from '../../src/index.ts';
import { FullDisk } from '../doubles/full-disk.ts';
import { cacheOf, freshFolder, HOUR_MS, keyOf, replyOf } from './cache-rig.ts';

const MINUTE_MS = 60_000;

describe('which calls are cached', () => {
  test.each([
    ['auto', undefined, 0, true],
    ['auto', undefined, 0.1, false],
    ['auto', undefined, undefined, false],
    ['auto', 'auto', 0.7, false],
    ['auto', 'always', 0.7, true],
    ['auto', 'off', 0, false],
    ['always', undefined, 1, true],
    ['always', 'off', 1, false],
    ['off', 'always', 0, false],
  ] as const)('by the setting %s and the wish %s at temperature %s: %s', (mode, asked, temperature, isFor) => {
    expect(cacheOf({ mode }).cache.isFor({ temperature }, asked)).toBe(isFor);
  });
});

describe('the response cache', () => {
  test('gives back what was kept for an equal key, whatever the order of its fields', () => {
    const { cache, time } = cacheOf();
    expect(cache.find(keyOf('a'))).toBeUndefined();
    cache.keep(keyOf('', { content: { tools: [], messages: ['a'] } }), replyOf('one'));
    const found = cache.find(keyOf('', { content: { messages: ['a'], tools: [], format: undefined } }));
    expect(found).toEqual({ ...replyOf('one'), storedAt: time.now });
  });

  test.each<[string, Partial<CacheKey>]>([
    ['task', { task: 'image' }],
    ['content', { content: { messages: ['a', 'b'] } }],
    ['model', { ref: 'fake:n' }],
    ['digest of the weights', { digest: 'sha256:1' }],
    ['parameters', { parameters: { temperature: 0, seed: 1 } }],
    ['privacy class', { privacy: 'local-only' }],
    ['principal', { principalId: 'someone' }],
    ['versions of what was retrieved', { retrieval: ['space/1'] }],
  ])('never answers for another %s', (_name, change) => {
    const { cache } = cacheOf();
    cache.keep(keyOf('a'), replyOf('one'));
    cache.keep(keyOf('a', change), replyOf('two'));
    expect(cache.find(keyOf('a'))?.text).toBe('one');
    expect(cache.find(keyOf('a', change))?.text).toBe('two');
    expect(cache.stats().entries).toBe(2);
  });

  test('is the same for the same sources in another order, and for a list without any', () => {
    const { cache } = cacheOf();
    cache.keep(keyOf('a', { retrieval: ['1', '2'] }), replyOf('one'));
    expect(cache.find(keyOf('a', { retrieval: ['2', '1', '2'] }))?.text).toBe('one');
    cache.keep(keyOf('b'), replyOf('two'));
    expect(cache.find(keyOf('b', { retrieval: [] }))?.text).toBe('two');
  });

  test('forgets after its time, and an answer that is asked for does not live longer for it', () => {
    const { cache, pass } = cacheOf();
    cache.keep(keyOf('a'), replyOf('one'));
    pass(HOUR_MS - 1);
    expect(cache.find(keyOf('a'))?.text).toBe('one');
    pass(1);
    expect(cache.find(keyOf('a'))).toBeUndefined();
    cache.keep(keyOf('b'), replyOf('two'));
    expect(cache.stats().entries).toBe(1);
  });

  test('a clock that was ahead leaves nothing that lives on after it was set back', () => {
    const { cache, time } = cacheOf();
    time.now += 1000 * HOUR_MS;
    cache.keep(keyOf('a'), replyOf('one'));
    time.now -= 1000 * HOUR_MS;
    expect(cache.find(keyOf('a'))).toBeUndefined();
    cache.keep(keyOf('b'), replyOf('two'));
    expect(cache.stats()).toMatchObject({ entries: 1, oldestAt: time.now });
  });

  test('what was not used for the longest time goes first', () => {
    const { cache, pass } = cacheOf({ maxBytes: 12_000, ttlMs: 24 * HOUR_MS });
    const text = 'x'.repeat(900);
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f', 'g', 'h']) {
      cache.keep(keyOf(name), replyOf(text));
      pass(MINUTE_MS);
    }
    expect(cache.find(keyOf('a'))).toBeDefined();
    for (const name of ['i', 'j', 'k']) cache.keep(keyOf(name), replyOf(text));
    const left = 'abcdefghijk'.split('').filter((name) => cache.find(keyOf(name)) !== undefined);
    expect(left.join('')).toBe('adefghijk');
  });

  test('an answer that would drive out a great part of the rest is not kept, and its older one is gone', () => {
    const { cache } = cacheOf({ maxBytes: 10_000 });
    cache.keep(keyOf('a'), replyOf('short'));
    cache.keep(keyOf('b'), replyOf('short'));
    cache.keep(keyOf('a'), replyOf('x'.repeat(2000)));
    expect(cache.find(keyOf('a'))).toBeUndefined();
    expect(cache.find(keyOf('b'))?.text).toBe('short');
  });

  test('never holds more than its bound, and what it gives is what was kept last', () => {
    const step = fc.record({ name: fc.integer({ min: 0, max: 30 }), size: fc.integer({ min: 0, max: 1200 }) });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { cache, pass } = cacheOf({ maxBytes: 8000 });
        const last = new Map<number, string>();
        for (const [at, { name, size }] of steps.entries()) {
          const text = `${at} ${'é'.repeat(size)}`;
          cache.keep(keyOf(String(name)), replyOf(text));
          last.set(name, text);
          pass(MINUTE_MS / 2);
          expect(cache.stats().bytes).toBeLessThanOrEqual(8000);
        }
        for (const [name, text] of last) expect([undefined, text]).toContain(cache.find(keyOf(String(name)))?.text);
      }),
      { numRuns: 25 },
    );
  });

  test('a bound that was lowered is reached in small steps', () => {
    const folder = freshFolder();
    const wide = cacheOf({}, folder).cache;
    for (let at = 0; at < 600; at += 1) wide.keep(keyOf(`a${at}`), replyOf('one'));
    const narrow = cacheOf({ maxBytes: 30_000 }, folder).cache;
    const sizes = [1, 2, 3].map((at) => {
      narrow.keep(keyOf(`b${at}`), replyOf('two'));
      return narrow.stats().entries;
    });
    expect(sizes[0]).toBe(600 - 256);
    expect(narrow.stats().bytes).toBeLessThanOrEqual(30_000);
    expect(narrow.find(keyOf('b3'))?.text).toBe('two');
  });

  test('is on disk for its owner alone, seen by another process, and leaves no text behind when cleared', () => {
    const { cache, path, folder } = cacheOf();
    cache.keep(keyOf('a'), replyOf('a very secret answer'));
    expect(statSync(path).mode & 0o777).toBe(0o600);
    expect(statSync(`${path}-wal`).mode & 0o777).toBe(0o600);
    const other = cacheOf({}, folder).cache;
    expect(other.find(keyOf('a'))?.text).toBe('a very secret answer');
    expect(cache.clear()).toBe(1);
    expect(cache.clear()).toBe(0);
    expect(other.find(keyOf('a'))).toBeUndefined();
    for (const file of [path, `${path}-wal`]) expect(readFileSync(file).includes('a very secret answer')).toBe(false);
  });

  test('makes no file before there is something to keep', () => {
    const { cache, path } = cacheOf();
    expect([cache.find(keyOf('a')), cache.stats(), cache.clear()]).toEqual([undefined, { entries: 0, bytes: 0 }, 0]);
    expect(() => statSync(path)).toThrow();
  });
});

describe('a response cache in trouble', () => {
  test('on a full disk still answers what it has, tells once, and keeps again when there is room', () => {
    const { cache, warnings, pass } = cacheOf();
    cache.keep(keyOf('a'), replyOf('one'));
    const disk = new FullDisk();
    disk.fill();
    try {
      pass(2 * MINUTE_MS);
      expect(cache.find(keyOf('a'))?.text).toBe('one');
      cache.keep(keyOf('b'), replyOf('two'));
      const { refusals } = disk;
      cache.keep(keyOf('c'), replyOf('three'));
      expect(disk.refusals).toBe(refusals);
    } finally {
      disk.makeRoom();
    }
    pass(MINUTE_MS);
    cache.keep(keyOf('d'), replyOf('four'));
    expect(['a', 'b', 'd'].map((name) => cache.find(keyOf(name))?.text)).toEqual(['one', undefined, 'four']);
    expect(warnings).toEqual([
      expect.stringMatching(/cannot write, calls go on without it: .*disk is full, make room/),
    ]);
  });

  test('a damaged file is a miss for everybody, told once with what to do', () => {
    const { cache, path, warnings, pass } = cacheOf();
    writeFileSync(path, 'this is no database at all, only text that is long enough to be read as a header '.repeat(20));
    for (let at = 0; at < 3; at += 1) {
      expect(cache.find(keyOf('a'))).toBeUndefined();
      cache.keep(keyOf('a'), replyOf('one'));
      pass(MINUTE_MS);
    }
    expect(warnings).toEqual([expect.stringMatching(/is damaged: move it away/)]);
  });

  test('content that JSON cannot hold is neither kept nor found', () => {
    const { cache, warnings } = cacheOf();
    const circular: Record<string, unknown> = {};
    circular['self'] = circular;
    for (const content of [new Map([['a', 1]]), { at: Number.NaN }, [1n], circular]) {
      cache.keep(keyOf('', { content }), replyOf('one'));
      expect(cache.find(keyOf('', { content }))).toBeUndefined();
    }
    expect(cache.stats().entries).toBe(0);
    expect(warnings.length).toBeGreaterThan(0);
  });
});
