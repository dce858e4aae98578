import { describe, expect, test } from '@jest/globals';
import { StoreError } from '../../../src/index.ts';
import { rule } from '../../security/policy/rig.ts';
import { ALLOWED, makeRig } from './rig.ts';

const TARGETS = [
  ['openai', 'cloud'],
  ['ollama', 'local'],
  ['ollama', 'cloud'],
] as const;

/** The rows of a table below its title, the runs of spaces as bars. */
function rowsOf(text: string, title: string): string[] {
  const lines = text.split('\n');
  const from = lines.indexOf(title) + 2;
  const end = lines.indexOf('', from);
  return lines.slice(from, end === -1 ? undefined : end).map((line) => line.trim().replace(/ {2,}/g, ' | '));
}

const PROVIDERS = 'Who may receive what';

describe('wooster privacy', () => {
  test('says that nothing leaves where no setting permits a cloud', async () => {
    const { text } = await makeRig({ targets: TARGETS }).run({}, 120);
    expect(text).toMatch(/^Nothing leaves your machines: no cloud may receive anything\.\n/);
    expect(rowsOf(text, PROVIDERS)).toEqual([
      'ollama | local | anything | yes | runs on your machines',
      'ollama | cloud | nothing | no | no setting permits it; routing.cloud.allow: true would',
      'openai | cloud | nothing | no | no setting permits it; routing.cloud.allow: true would',
    ]);
  });

  test('says for each provider what it may receive, and by which setting', async () => {
    const { text } = await makeRig({
      targets: [...TARGETS, ['mine', 'local'], ['texts', 'cloud']],
      routing: { cloudPermission: ALLOWED },
      providers: [
        { id: 'openai', permission: { origin: 'llm_providers.yaml' }, noTraining: { origin: 'contract.json' } },
        { id: 'mine', isDeclaredLocal: true },
        { id: 'texts', tasks: ['embed'], purposes: ['projects'] },
      ],
      status: { disabled: [{ providerId: 'off', reason: 'disabled: OFF_KEY is not set' }] },
    }).run({}, 160);
    expect(text).toMatch(/^May receive something outside your machines: ollama, openai, texts\n/);
    expect(rowsOf(text, PROVIDERS)).toEqual([
      'mine | local | anything | yes | declared to be yours: config/local.json',
      'ollama | local | anything | yes | runs on your machines',
      'ollama | cloud | only class any | after asking | config/local.json: routing.cloud.allow',
      'openai | cloud | all but local-only | after asking | llm_providers.yaml; does not train: contract.json',
      'texts | cloud | only class any: embed, projects | after asking | config/local.json: routing.cloud.allow',
      'off | cloud | nothing | no | off: disabled: OFF_KEY is not set',
    ]);
  });

  test.each([
    [{ localOnly: { origin: 'flag: --local-only' } }, {}, 'the local-only switch is on: flag: --local-only'],
    [{ cloudRefusal: { origin: 'x: routing.cloud.allow' } }, {}, 'refused by x: routing.cloud.allow'],
    [{ privacy: 'local-only', privacyOrigin: 'x: routing.privacy' }, {}, 'x: routing.privacy'],
    [{ strategyOrigin: 'x' }, { isLocalOnly: true, strategy: 'local-only' }, 'strategy local-only: x'],
    [
      { privacy: 'no-training', privacyOrigin: 'x: routing.privacy' },
      {},
      'x: routing.privacy: no-training, which nothing declares it to keep',
    ],
  ] as const)('says what keeps a permitted cloud from everything: %j', async (routing, status, why) => {
    const rig = makeRig({ targets: [['openai', 'cloud']], routing: { cloudPermission: ALLOWED, ...routing }, status });
    const { result, text } = await rig.run();
    expect(result).toMatchObject({ providers: [{ provider: 'openai', receives: 'nothing', projects: 'no', why }] });
    expect(text).toMatch(/^Nothing leaves your machines/);
  });

  test('says where the texts of each purpose of embeddings go', async () => {
    const rig = makeRig({
      routing: { cloudPermission: ALLOWED },
      embeddings: {
        projects: { permission: { origin: 'x: fallbackToCloud' } },
        userProfile: { refusal: { origin: 'y: fallbackToCloud' } },
      },
    });
    expect(rowsOf((await rig.run()).text, 'Texts that are embedded')).toEqual([
      'projects | all-MiniLM-L6-v2 | local models, then a cloud | x: fallbackToCloud',
      'userProfile | all-MiniLM-L6-v2 | local models | y: fallbackToCloud',
    ]);
    const off = makeRig({ embeddings: { projects: { isEnabled: false, disabledReason: 'z' } } });
    expect((await off.run()).text).toContain('nobody: not embedded');
  });

  test('shows detectors, rules and choices, each with what it does and since when', async () => {
    const rig = makeRig({
      privacy: {
        detect: { 'personal-data': 'redact' },
        rules: [rule({ name: 'clients', words: ['Acme'], project: 'clients' })],
        firstUse: 'refuse',
      },
    });
    rig.choices.setClass({ kind: 'project', id: 'clients' }, 'local-only');
    rig.choices.setConsent('openai', 'handbook', true);
    const { text } = await rig.run({}, 160);
    expect(rowsOf(text, 'What is looked for before a cloud gets a text')).toEqual([
      'secrets | keys, tokens, private keys and passwords | stays local | default',
      'personal-data | e-mail and IP addresses; phone, card, bank account and identity numbers | replaced for clouds | privacy.detect',
    ]);
    expect(rowsOf(text, 'Your rules')).toEqual([
      'clients | project clients and the words "Acme" | stays local | config/local.json: privacy.rules[0]',
    ]);
    expect(rowsOf(text, 'Your choices').map((row) => row.replace(/\d{4}.*/, 'then'))).toEqual([
      'project clients | local-only | then',
      'project handbook | openai allowed | then',
    ]);
    expect(text).toContain('refuse: a cloud gets what is about a project only where you have allowed it');
  });

  test('tells of a detector that is not there, and of choices that cannot be read', async () => {
    const rig = makeRig({ privacy: { detect: { secret: 'off' } } });
    rig.choices.fault = new StoreError('E_STORE_CORRUPT', 'privacy.db is damaged: move it away', { location: 'x' });
    const { text } = await rig.run({}, 160);
    expect(text).toContain('privacy.detect.secret: there is no such detector (known: secrets, personal-data)');
    expect(text).toContain('stays local: privacy.db is damaged: move it away');
  });

  test.each([60, 80, 120])('keeps within %i columns', async (width) => {
    const rig = makeRig({
      targets: TARGETS,
      routing: { cloudPermission: ALLOWED },
      privacy: { rules: [rule({ words: ['one', 'two', 'three', 'four', 'five', 'six', 'seven'] })] },
    });
    const { text } = await rig.run({}, width);
    expect(Math.max(...text.split('\n').map((line) => line.length))).toBeLessThanOrEqual(width);
  });
});
