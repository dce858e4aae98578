import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { createFileLog, type FileLogOptions } from '../../src/kernel/log.ts';

describe('the log', () => {
  let directory: string;
  let file: string;

  beforeEach(() => {
    directory = mkdtempSync(join(tmpdir(), 'wooster-log-'));
    file = join(directory, 'logs', 'wooster.log');
  });
  afterEach(() => rmSync(directory, { recursive: true, force: true }));

  function open(options: Partial<FileLogOptions> = {}) {
    const clock = { now: () => 0, monotonic: () => 0 };
    return createFileLog({
      file,
      level: 'info',
      clock,
      mask: (text) => text.replaceAll('sesame', '[secret]'),
      ...options,
    });
  }

  const records = (path = file): unknown[] =>
    readFileSync(path, 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown);

  test('touches nothing before the first line, and then writes lines of JSON in order, readable by the owner only', async () => {
    const log = open();
    await log.flush();
    expect(existsSync(join(directory, 'logs'))).toBe(false);
    const logger = log.loggerFor('router');
    logger.debug('too fine');
    logger.info('one', { count: 1 });
    logger.warn('two');
    await log.flush();
    expect(records()).toEqual([
      { time: '1970-01-01T00:00:00.000Z', level: 'info', part: 'router', message: 'one', count: 1 },
      { time: '1970-01-01T00:00:00.000Z', level: 'warn', part: 'router', message: 'two' },
    ]);
    expect(statSync(file).mode & 0o077).toBe(0);
  });

  test('holds no secret, not in fields and not in causes', async () => {
    const log = open();
    const error = new Error('refused', { cause: new Error('key sesame') });
    log.loggerFor('host').error('sesame', { key: 'sesame', error });
    await log.flush();
    expect(readFileSync(file, 'utf8')).not.toContain('sesame');
    expect(records()).toMatchObject([{ error: { message: 'refused', cause: { message: 'key [secret]' } } }]);
  });

  test('turns over when it is full and keeps the last one', async () => {
    const log = open({ maxBytes: 200 });
    for (const message of ['first', 'second', 'third']) {
      log.loggerFor('host').info(message.repeat(20));
      await log.flush();
    }
    expect(records()).toMatchObject([{ message: 'third'.repeat(20) }]);
    expect(records(`${file}.1`)).toMatchObject([{ message: 'second'.repeat(20) }]);
  });

  test('writes what waits at once when the process leaves', () => {
    const log = open();
    log.loggerFor('host').info('last words');
    log.flushSync();
    expect(records()).toMatchObject([{ message: 'last words' }]);
  });

  test('fields that cannot be written do not lose the line, and a disk that refuses does not throw', async () => {
    const log = open();
    const cycle: Record<string, unknown> = {};
    cycle['self'] = cycle;
    log.loggerFor('host').info('kept', { cycle });
    await log.flush();
    expect(records()).toMatchObject([{ message: 'kept', fields: 'not representable' }]);
    writeFileSync(join(directory, 'file'), '');
    const refused = open({ file: join(directory, 'file', 'wooster.log') });
    refused.loggerFor('host').info('lost');
    await expect(refused.flush()).resolves.toBeUndefined();
    refused.loggerFor('host').info('lost');
    expect(() => refused.flushSync()).not.toThrow();
  });
});
