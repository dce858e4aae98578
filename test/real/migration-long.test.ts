import { randomInt } from 'node:crypto';
import { appendFileSync, cpSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, jest, test } from '@jest/globals';
import type { MigrationOutcome } from '../proof/migration/migration-child.ts';
import { lowestCosine, makeStore, measureMigration, migrateInChild } from '../proof/migration/long-migration.ts';
import { rowsOf, seeded } from '../stores/support/kill-harness.ts';
import { limit, StoreRig } from '../stores/support/store-rig.ts';

jest.setTimeout(1_800_000);

/** `pnpm proof migration` asks for more, and for lines of JSON in a file. */
const passages = Number(process.env['WOOSTER_PROOF_PASSAGES'] ?? 1_000);
const kills = Number(process.env['WOOSTER_PROOF_KILLS'] ?? 4);
const isFull = process.env['WOOSTER_PROOF_PASSAGES'] !== undefined;
const reportFile = process.env['WOOSTER_PROOF_REPORT'];
const seed = Number(process.env['WOOSTER_SEED'] ?? randomInt(2 ** 31));
/** Some twenty tokens a passage: a fast model of a machine without a graphics card. */
const msPerToken = 0.05;

const folder = mkdtempSync(join(tmpdir(), 'wooster-migration-'));
const template = join(folder, 'template');
const whole = join(folder, 'whole');
const killed = join(folder, 'killed');
let measured: { readonly outcome: MigrationOutcome; readonly statements: number };

function report(line: object): void {
  if (reportFile !== undefined) appendFileSync(reportFile, `${JSON.stringify({ seed, passages, ...line })}\n`);
}

beforeAll(async () => {
  await makeStore(template, passages);
  for (const copy of [whole, killed]) cpSync(template, copy, { recursive: true });
  measured = await measureMigration({ location: whole, msPerToken, isPlanned: true }, join(folder, 'count'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test(`a migration of ${passages} passages is whole`, () => {
  const { planned = 0, seconds, ...outcome } = measured.outcome;
  report({ kind: 'whole', planned, seconds, statements: measured.statements, ...outcome });
  expect(outcome).toMatchObject({ embedded: passages, isSound: true, foundFirst: 100, sampled: 100 });
  // A sample is over in two seconds and runs beside other tests: its time says nothing.
  if (isFull) expect(Math.abs(planned - seconds) / seconds).toBeLessThan(0.2);
});

test(`a migration that is killed ${kills} times ends as one that is not (seed ${seed})`, async () => {
  const random = seeded(seed);
  const task = { location: killed, msPerToken, isPlanned: false };
  let died = 0;
  for (let number = 0; number < kills; number += 1) {
    // Of a run that goes on, so that all of them come before the end.
    const statement = 1 + Math.floor(random() * (measured.statements / kills));
    const outcome = await migrateInChild(task, { STORE_KILL_AT: String(statement) });
    if (outcome === undefined) died += 1;
    const rig = new StoreRig({}, killed);
    const store = await rig.open();
    expect([statement, await store.verify(limit(120_000))]).toEqual([
      statement,
      expect.objectContaining({ isSound: true }),
    ]);
    const status = await store.migrations?.status(limit());
    await rig.dispose();
    report({ kind: 'kill', number, statement, isKilled: outcome === undefined, done: status?.done ?? 0 });
  }
  const last = await migrateInChild(task);
  expect(died).toBe(kills);
  expect(last).toMatchObject({ isSound: true });
  const cosine = lowestCosine(whole, killed);
  report({ kind: 'end', died, embedded: last?.embedded, isEqual: rowsOf(killed) === rowsOf(whole), cosine });
  expect(rowsOf(killed)).toBe(rowsOf(whole));
  expect(cosine).toBeGreaterThanOrEqual(0.9999);
});
