import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import { answeredLocally, localAttempt } from '../ledger-samples.ts';
import { UsageRig } from '../usage-rig.ts';

const DAY_MS = 24 * 60 * 60_000;

function writeCall(
  ledger: ReturnType<UsageRig['open']>['ledger'],
  prompt = ['be brief', 'what is it?'],
  answer = 'a test',
): void {
  ledger.end(ledger.begin(localAttempt({ prompt: () => prompt })), answeredLocally({ answer: () => answer }));
}

function fail(): never {
  throw new Error('asked');
}

describe('texts in the ledger', () => {
  test('are hashed under a key of the workspace, equal for equal texts and in every process', () => {
    const rig = new UsageRig();
    writeCall(rig.open().ledger);
    writeCall(rig.open().ledger, undefined, 'another');
    const [second, first] = rig.open().ledger.query({});
    expect(first?.keptPrompt).toEqual({ form: 'hash', value: expect.stringMatching(/^[0-9a-f]{64}$/) });
    expect(second?.keptPrompt).toEqual(first?.keptPrompt);
    expect(second?.keptAnswer).not.toEqual(first?.keptAnswer);
    const elsewhere = new UsageRig().open().ledger;
    writeCall(elsewhere);
    expect(elsewhere.query({})[0]?.keptPrompt).not.toEqual(first?.keptPrompt);
    expect(readFileSync(rig.path).includes('what is it?')).toBe(false);
  });

  test('are kept as they are where the setting says so', () => {
    const { ledger } = new UsageRig().open({ usage: { texts: 'text' } });
    writeCall(ledger);
    expect(ledger.query({})).toMatchObject([
      { keptPrompt: { form: 'text', value: 'be brief\n\nwhat is it?' }, keptAnswer: { form: 'text', value: 'a test' } },
    ]);
  });

  test('are not even asked for where they are not kept', () => {
    const { ledger } = new UsageRig().open({ usage: { texts: 'none' } });
    ledger.end(ledger.begin(localAttempt({ prompt: fail })), answeredLocally({ answer: fail }));
    expect(ledger.query({})[0]).not.toHaveProperty('keptPrompt');
  });
});

describe('what is old', () => {
  test('goes in steps, texts before rows, and never what is open', () => {
    const rig = new UsageRig();
    const usage = { texts: 'text', retentionDays: 10, textRetentionDays: 5 } as const;
    const { ledger } = rig.open({ usage });
    ledger.begin(localAttempt({ task: 'open' }));
    for (let call = 0; call < 1_200; call += 1) {
      rig.clock.at += 1;
      writeCall(ledger);
    }
    rig.clock.advance(6 * DAY_MS);
    rig.open({ usage }).ledger.begin(localAttempt());
    rig.runDeferred();
    const rows = ledger.query({});
    expect([rows.length, rows.filter(({ keptPrompt }) => keptPrompt !== undefined).length]).toEqual([1_202, 0]);
    rig.clock.advance(6 * DAY_MS);
    rig.open({ usage }).ledger.begin(localAttempt());
    rig.runDeferred();
    expect(ledger.query({}).map(({ task }) => task)).toEqual(['chat', 'chat', 'open']);
  });
});
