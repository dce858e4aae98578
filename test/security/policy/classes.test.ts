import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { openDatabase } from '../../../src/kernel/database/open-database.ts';
import { createPrivacyChoices, PRIVACY_STEPS } from '../../../src/security/choices/privacy-choices.ts';
import { makePolicy, rule } from './rig.ts';

const CALL = { task: 'chat', project: 'handbook', conversationId: 'c1' };

describe('the class of a call', () => {
  test('is any where nothing speaks of it', () => {
    expect(makePolicy().policy.classify(CALL)).toEqual({ privacy: 'any' });
  });

  test('is the strictest of the rules all of whose conditions hold, and names the rule', () => {
    const { policy } = makePolicy({
      rules: [
        rule({ name: 'training', treatment: 'no-training' }),
        rule({ name: 'other', project: 'other' }, 1),
        rule({ name: 'half', project: 'handbook', task: 'embed' }, 2),
        rule({ name: 'clients', project: 'handbook', task: 'chat' }, 3),
        rule({ name: 'purpose', purpose: 'projects' }, 4),
      ],
    });
    expect(policy.classify(CALL)).toEqual({
      privacy: 'local-only',
      rule: 'config/local.json: privacy.rules[3] "clients"',
    });
    expect(policy.classify({ task: 'chat' })).toEqual({
      privacy: 'no-training',
      rule: 'config/local.json: privacy.rules[0] "training"',
    });
    expect(policy.classify({ task: 'embed', purpose: 'projects' })).toMatchObject({ privacy: 'local-only' });
  });

  test('does not come from rules about content, which are asked when it is looked at', () => {
    const { policy } = makePolicy({ rules: [rule({ words: ['x'] }), rule({ pattern: 'x' })] });
    expect(policy.classify(CALL)).toEqual({ privacy: 'any' });
  });

  test('is that of its project or conversation, whichever is stricter, however a name is written', () => {
    const { policy, choices } = makePolicy();
    choices.setClass({ kind: 'project', id: 'caf\u00E9' }, 'no-training');
    const subject = { ...CALL, project: 'cafe\u0301' };
    expect(policy.classify(subject)).toEqual({
      privacy: 'no-training',
      rule: 'class of project caf\u00E9 (wooster privacy)',
    });
    choices.setClass({ kind: 'conversation', id: 'c1' }, 'local-only');
    expect(policy.classify(subject)).toEqual({
      privacy: 'local-only',
      rule: 'class of conversation c1 (wooster privacy)',
    });
    expect(policy.classify({ task: 'chat', project: 'c1', conversationId: 'caf\u00E9' })).toEqual({ privacy: 'any' });
  });

  test('is local-only for what is about a project or a conversation while the choices cannot be read', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'wooster-policy-'));
    const path = join(folder, 'privacy.db');
    writeFileSync(path, 'no database, but a text that is long enough to be read as the header of one');
    const database = openDatabase({ path, holds: 'the choices of privacy', steps: PRIVACY_STEPS });
    const choices = createPrivacyChoices(database, { now: () => 1, monotonic: () => 1 });
    try {
      const { policy, log } = makePolicy({ firstUse: 'allow' }, [], { choices });
      const ruling = policy.classify({ task: 'chat', conversationId: 'c1' });
      expect(ruling.privacy).toBe('local-only');
      expect(ruling.rule).toMatch(/cannot be read: .*privacy\.db is damaged: move it away/);
      expect(policy.classify({ task: 'chat' })).toEqual({ privacy: 'any' });
      expect(policy.consent('openai', 'handbook')).toBe('refused');
      expect(policy.consent('openai', undefined)).toBe('given');
      expect(() => policy.answerConsent('openai', 'handbook', true)).toThrow(/damaged/);
      expect(log.lines.filter((line) => line.includes('cannot be read'))).toHaveLength(1);
    } finally {
      await database.dispose();
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

describe('consent', () => {
  test('is given for a call about no project', () => {
    expect(makePolicy({ firstUse: 'refuse' }).policy.consent('openai', undefined)).toBe('given');
  });

  test.each([
    ['ask', 'unasked'],
    ['refuse', 'refused'],
    ['allow', 'given'],
  ] as const)('is, with firstUse %s, %s until somebody has answered', (firstUse, expected) => {
    const { policy, choices } = makePolicy({ firstUse });
    choices.setConsent('openai', 'other', expected !== 'given');
    choices.setConsent('anthropic', 'handbook', expected !== 'given');
    expect(policy.consent('openai', 'handbook')).toBe(expected);
  });

  test.each(['ask', 'refuse', 'allow'] as const)('is what was answered, whatever firstUse is: %s', (firstUse) => {
    const { policy, choices } = makePolicy({ firstUse });
    policy.answerConsent('openai', 'handbook', true);
    expect(policy.consent('openai', 'handbook')).toBe('given');
    policy.answerConsent('openai', 'handbook', false);
    expect(policy.consent('openai', 'handbook')).toBe('refused');
    expect(choices.kept.consents).toMatchObject([{ providerId: 'openai', project: 'handbook', isAllowed: false }]);
  });
});
