import { describe, expect, test } from '@jest/globals';
import { rule } from '../../security/policy/rig.ts';
import { ALLOWED, makeRig } from './rig.ts';

const CLOUD = { targets: [['openai', 'cloud'] as const], routing: { cloudPermission: ALLOWED } };

describe('answers about a cloud and a project', () => {
  test('are kept, changed and forgotten', async () => {
    const { run, policy } = makeRig(CLOUD);
    const about = { what: ['OpenAI'], project: 'handbook' };
    expect((await run({ operation: 'allow', ...about })).text).toBe(
      'openai may receive what is about the project handbook',
    );
    expect(policy.consent('openai', 'handbook')).toBe('given');
    expect((await run({ operation: 'refuse', ...about })).text).toContain('does not receive');
    expect(policy.consent('openai', 'handbook')).toBe('refused');
    await run({ operation: 'ask', ...about });
    expect(policy.consent('openai', 'handbook')).toBe('unasked');
  });

  test('say what still keeps the cloud from it', async () => {
    const { run } = makeRig({ targets: CLOUD.targets });
    const { text } = await run({ operation: 'allow', what: ['openai'], project: 'handbook' });
    expect(text).toContain('it still receives nothing: no setting permits it');
  });

  test.each([
    [{ operation: 'allow' }, 'which provider? wooster privacy allow <provider> --project <name> (providers: openai)'],
    [{ operation: 'allow', what: ['openia'], project: 'handbook' }, 'there is no provider openia (providers: openai)'],
    [{ operation: 'refuse', what: ['openai'] }, 'which project? wooster privacy refuse <provider> --project <name>'],
    [{ operation: 'ask', what: ['openai'], project: 'x' }, 'there is no project x (projects: clients, handbook)'],
    [{ operation: 'allow', what: ['openai', 'x'], project: 'handbook' }, 'one thing at a time'],
    [{ operation: 'set', what: ['secret'], project: 'handbook' }, 'which class? wooster privacy set local-only|'],
    [{ operation: 'set', what: ['any'] }, 'which project or conversation?'],
    [{ operation: 'set', what: ['any'], project: 'handbook', conversation: 'c' }, 'which project or conversation?'],
    [{ operation: 'set', what: ['any'], project: 'x' }, 'there is no project x (projects: clients, handbook)'],
    [{ operation: 'unset', what: ['any'], project: 'handbook' }, 'nothing but a scope is wanted'],
    [{ operation: 'check' }, 'which text?'],
  ])('%j is a wrong command line, and nothing is kept of it', async (args, message) => {
    const { run, choices } = makeRig(CLOUD);
    await expect(run(args)).rejects.toMatchObject({ code: 'E_USAGE', message: expect.stringContaining(message) });
    expect(choices.kept).toEqual({ classes: [], consents: [] });
  });

  test('can be taken back for a project that is gone', async () => {
    const { run, choices } = makeRig(CLOUD);
    choices.setConsent('openai', 'gone', true);
    choices.setClass({ kind: 'project', id: 'old' }, 'local-only');
    await run({ operation: 'ask', what: ['openai'], project: 'gone' });
    await run({ operation: 'unset', project: 'old' });
    expect(choices.kept).toEqual({ classes: [], consents: [] });
  });
});

describe('classes of projects and conversations', () => {
  test('are set and taken back', async () => {
    const { run, policy } = makeRig();
    const { text } = await run({ operation: 'set', what: ['local-only'], project: 'clients' });
    expect(text).toBe('project clients is local-only: what is about it goes to local models only');
    await run({ operation: 'set', what: ['no-training'], conversation: 'c1' });
    const subject = { task: 'chat', project: 'clients', conversationId: 'c1' };
    expect(policy.classify(subject).privacy).toBe('local-only');
    expect((await run({ operation: 'unset', project: 'clients' })).text).toContain('has no class of its own any more');
    expect(policy.classify(subject).privacy).toBe('no-training');
  });
});

describe('a look into a text', () => {
  const SECRET = `ghp_${'aB3dE6gH9jK2mN5pQ8sT1vW4yZ7bC0dF'.slice(0, 32)}x1Y2`;

  test('says what is found and what follows, and never what it is', async () => {
    const { run } = makeRig(CLOUD);
    const { result, text } = await run({ operation: 'check', what: ['my', 'key', SECRET] });
    expect(text).toBe(
      [
        'found   GitHub token',
        'class   local-only: goes to local models only (GitHub token found; privacy.detect.secrets: local-only)',
        'clouds  none may receive it',
      ].join('\n'),
    );
    expect(JSON.stringify(result)).not.toContain(SECRET);
  });

  test('reads standard input, counts what would be replaced, and names the clouds that may receive it', async () => {
    const input = 'write to anna@example.org and bob@example.org';
    const rig = makeRig({ ...CLOUD, privacy: { detect: { 'personal-data': 'redact' } }, input });
    expect((await rig.run({ operation: 'check' })).result).toMatchObject({
      findings: [{ kind: 'e-mail address', count: 2 }],
      privacy: 'any',
      replaced: 2,
      clouds: [{ provider: 'openai', afterAsking: false }],
    });
    const { text } = await rig.run({ operation: 'check', project: 'handbook' });
    expect(text).toContain('clouds  openai (after asking)');
    rig.choices.setConsent('openai', 'handbook', false);
    expect((await rig.run({ operation: 'check', project: 'handbook' })).text).toContain('none may receive it');
  });

  test('counts the class of the project and of the settings, the strictest of all', async () => {
    const rig = makeRig({ ...CLOUD, privacy: { rules: [rule({ treatment: 'no-training', words: ['zebra'] })] } });
    const check = async (text: string) =>
      (await rig.run({ operation: 'check', what: [text], project: 'clients' })).result;
    expect(await check('a zebra')).toMatchObject({ privacy: 'no-training', clouds: [] });
    rig.choices.setClass({ kind: 'project', id: 'clients' }, 'local-only');
    expect(await check('a zebra')).toMatchObject({
      privacy: 'local-only',
      rule: 'class of project clients (wooster privacy)',
    });
  });
});
