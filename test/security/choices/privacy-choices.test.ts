import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/kernel/database/open-database.ts';
import { createPrivacyChoices, PRIVACY_STEPS } from '../../../src/security/choices/privacy-choices.ts';
import type { WorkspaceDatabase } from '../../../src/contracts/state/workspace-database.ts';
import type { PrivacyChoices } from '../../../src/index.ts';
import { FullDisk } from '../../doubles/full-disk.ts';

let folder = '';
let opened: WorkspaceDatabase[] = [];
let now = 1_000;

function open(): PrivacyChoices {
  const database = openDatabase({ path: join(folder, 'privacy.db'), holds: 'the choices', steps: PRIVACY_STEPS });
  opened.push(database);
  return createPrivacyChoices(database, { now: () => now, monotonic: () => now });
}

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'wooster-choices-'));
  now = 1_000;
});

afterEach(async () => {
  for (const database of opened) await database.dispose();
  opened = [];
  rmSync(folder, { recursive: true, force: true });
});

describe('the choices of a workspace', () => {
  test('are none, and make no file, until something is chosen', () => {
    expect([open().classes(), open().consents()]).toEqual([[], []]);
    expect(existsSync(join(folder, 'privacy.db'))).toBe(false);
  });

  test('hold in every process from the moment they are made, the last one for each thing', () => {
    const [one, other] = [open(), open()];
    one.setClass({ kind: 'project', id: 'handbook' }, 'any');
    one.setConsent('openai', 'handbook', true);
    now = 2_000.7;
    one.setClass({ kind: 'project', id: 'handbook' }, 'local-only');
    one.setClass({ kind: 'conversation', id: 'handbook' }, 'no-training');
    one.setConsent('openai', 'handbook', false);
    expect(other.classes()).toEqual([
      { scope: { kind: 'conversation', id: 'handbook' }, privacy: 'no-training', at: 2_000 },
      { scope: { kind: 'project', id: 'handbook' }, privacy: 'local-only', at: 2_000 },
    ]);
    expect(other.consents()).toEqual([{ providerId: 'openai', project: 'handbook', isAllowed: false, at: 2_000 }]);
  });

  test('are taken back without a trace', () => {
    const choices = open();
    choices.setClass({ kind: 'project', id: 'handbook' }, 'local-only');
    choices.setConsent('openai', 'handbook', true);
    choices.setClass({ kind: 'project', id: 'handbook' }, undefined);
    choices.setConsent('openai', 'handbook', undefined);
    choices.setConsent('openai', 'unknown', undefined);
    expect([choices.classes(), choices.consents()]).toEqual([[], []]);
  });

  test('tell of a full disk and of a damaged file, and forget nothing in silence', () => {
    const choices = open();
    choices.setConsent('openai', 'handbook', false);
    const disk = new FullDisk();
    disk.fill();
    expect(() => choices.setConsent('openai', 'handbook', true)).toThrow(/disk is full/);
    disk.makeRoom();
    expect(choices.consents()).toMatchObject([{ isAllowed: false }]);
    rmSync(join(folder, 'privacy.db-wal'), { force: true });
    rmSync(join(folder, 'privacy.db-shm'), { force: true });
    writeFileSync(
      join(folder, 'privacy.db'),
      'no database, but a text that is long enough to be read as a header of one',
    );
    expect(() => open().consents()).toThrow(/damaged: move it away/);
  });
});
