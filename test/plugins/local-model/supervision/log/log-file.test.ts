import { mkdtemp, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { LogFile } from '../../../../../plugins/local-model/supervision/log/log-file.ts';
import { followLog, readLogTail } from '../../../../../plugins/local-model/supervision/log/read-log.ts';
import { until } from '../support/supervision-rig.ts';

let folder: string;
let file: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'wooster-server-log-'));
  file = join(folder, 'logs', 'x.log');
});

afterEach(() => rm(folder, { recursive: true, force: true }));

test('what comes in pieces is written in whole lines, and the rest at the end', async () => {
  const log = new LogFile({ file, maxBytes: 1_000, secrets: [], header: '--- begin' });
  log.add(Buffer.from('one\ntw'));
  expect(await readFile(file, 'utf8')).toBe('--- begin\none\n');
  log.add(Buffer.from('o\nthree'));
  log.end();
  expect(await readFile(file, 'utf8')).toBe('--- begin\none\ntwo\nthree\n');
});

test('it begins anew at its limit and keeps the one before', async () => {
  const log = new LogFile({ file, maxBytes: 100, secrets: [] });
  for (let line = 0; line < 40; line += 1) log.add(Buffer.from(`line ${line}\n`));
  expect((await stat(file)).size).toBeLessThanOrEqual(100);
  expect((await stat(`${file}.1`)).size).toBeLessThanOrEqual(100);
  const tail = await readLogTail(file, 15);
  expect(tail).toEqual(Array.from({ length: 15 }, (_, index) => `line ${25 + index}`));
});

test('no secret is ever on the disk, wherever the pieces are cut', async () => {
  const secret = 'sk-0123456789abcdef';
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.oneof(fc.constant(secret), fc.string({ maxLength: 30 }), fc.constant('\n')), { maxLength: 20 }),
      fc.array(fc.nat(200), { maxLength: 10 }),
      async (parts, cuts) => {
        await rm(join(folder, 'logs'), { recursive: true, force: true });
        const log = new LogFile({ file, maxBytes: 1e6, secrets: [secret] });
        const bytes = Buffer.from(parts.join(''));
        const at = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        for (let index = 1; index < at.length; index += 1) log.add(bytes.subarray(at[index - 1], at[index]));
        log.end();
        const written = await readFile(file, 'utf8').catch(() => '');
        expect(written).not.toContain(secret);
        if (parts.includes(secret)) expect(written).toContain('[secret]');
      },
    ),
    { numRuns: 60 },
  );
});

test('a line without an end does not grow without one, and a secret at the cut is not written either', async () => {
  const secret = 'a-secret-of-some-length';
  const log = new LogFile({ file, maxBytes: 1e6, secrets: [secret] });
  log.add(Buffer.from('x'.repeat(65_530) + secret.slice(0, 10)));
  log.add(Buffer.from(secret.slice(10) + 'y'.repeat(70_000)));
  log.end();
  const written = await readFile(file, 'utf8');
  expect(written).toBe(`${'x'.repeat(65_530)}[secret]${'y'.repeat(70_000)}\n`);
});

test('followed, it tells its last lines and then what is added, also after it began anew', async () => {
  const log = new LogFile({ file, maxBytes: 60, secrets: [] });
  for (let line = 0; line < 3; line += 1) log.add(Buffer.from(`old ${line}\n`));
  const leave = new AbortController();
  let told = '';
  const following = followLog(file, { count: 2, tell: (text) => void (told += text), signal: leave.signal });
  await until('the old lines are told', () => told === 'old 1\nold 2\n');
  log.add(Buffer.from(`${'a'.repeat(30)}\n`));
  log.add(Buffer.from(`${'b'.repeat(30)}\n`));
  await until('the new lines are told', () => told.endsWith(`${'a'.repeat(30)}\n${'b'.repeat(30)}\n`));
  leave.abort();
  await following;
});

test('a log that was never written has no lines', async () => {
  await expect(readLogTail(file, 5)).resolves.toBeUndefined();
});
