import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { SECRETS_DETECTOR } from '../../../src/security/detect/built-in-detectors.ts';
import { contentDetectorSuite } from '../../contracts/content-detector.ts';

/** Characters of a secret that no service has given out; written here so that no file holds a form of one whole. */
function made(length: number, alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'): string {
  let text = '';
  for (let index = 0; text.length < length; index += 1) {
    const bytes = createHash('sha256').update(`seed ${index}`).digest();
    for (const byte of bytes) text += alphabet.charAt(byte % alphabet.length);
  }
  return text.slice(0, length);
}

const LETTERS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz';
const UPPER = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const KEYS: readonly string[] = [
  `AKIA${made(16, UPPER)}`,
  `ASIA${made(16, UPPER)}`,
  `AIza${made(35)}`,
  `GOCSPX-${made(28)}`,
  `ya29.${made(60)}`,
  `abc8Q~${made(33)}`,
  `ghp_${made(36)}`,
  `github_pat_${made(82)}`,
  `glpat-${made(20)}`,
  `xoxb-123456789012-1234567890123-${made(24)}`,
  `sk_live_${made(24)}`,
  `sk-proj-${made(60)}`,
  `sk-ant-api03-${made(95)}`,
  `sk-or-v1-${made(64, '0123456789abcdef')}`,
  `hf_${made(34)}`,
  `npm_${made(36)}`,
  `pypi-AgEIcHlwaS5vcmc${made(80)}`,
  `eyJhbGciOiJIUzI1NiJ9.eyJ${made(40)}.${made(43)}`,
  `SG.${made(22)}.${made(43)}`,
];

const PRIVATE_KEY = [
  '-----BEGIN ',
  'RSA PRIVATE KEY-----\n',
  `${made(64)}\n`.repeat(49),
  '-----END RSA PRIVATE KEY-----',
].join('');

contentDetectorSuite('the detector of secrets', {
  detector: SECRETS_DETECTOR,
  sample: PRIVATE_KEY,
  found: {
    ...Object.fromEntries(KEYS.map((key) => [`my key is ${key}, is that so?`, [key]])),
    [`the server has ${PRIVATE_KEY} and more`]: [PRIVATE_KEY],
    'postgres://bob:hunter2x!@db.example.org/x': ['postgres://bob:hunter2x!@db.example.org/x'],
    'redis://:s3cr3tpass@cache:6379/0': ['s3cr3tpass'],
    'password = "Tr0ub4dor&3"': ['Tr0ub4dor&3'],
    "{ 'api_key': 'f83kd02mmx93ka02' }": ['f83kd02mmx93ka02'],
    'client-secret: 9f8e7d6c5b4a39281706': ['9f8e7d6c5b4a39281706'],
    'My password is hunter2-blue, please.': ['hunter2-blue'],
    'Mein Passwort lautet „Geh3im!nis“.': ['Geh3im!nis'],
    'пароль: Зима2024снег': ['Зима2024снег'],
    'export DB_PASS=9xT_33kfPq\nPORT=8080': ['9xT_33kfPq'],
    'STRIPE_KEY="v8dk39fk3x0dk2"': ['v8dk39fk3x0dk2'],
    [`Authorization: Bearer ${made(40)}`]: [made(40)],
    [`AccountName=x;AccountKey=${made(86)}==`]: [`${made(86)}==`],
    [`aws_secret_access_key = ${made(40)}`]: [`aws_secret_access_key = ${made(40)}`],
    [`aws_secret_access_key = ${made(40, LETTERS)} in the file`]: [`aws_secret_access_key = ${made(40, LETTERS)}`],
    [`// secretlint-disable\nghp_${made(36)}`]: [`ghp_${made(36)}`],
  },
});

const HARMLESS: Readonly<Record<string, string>> = {
  uuid: 'id 3f2504e0-4f89-11d3-9a0c-0305e82c3301',
  'git hash': 'commit 3f786850e387550fdab836ed7e6dc881de23001b (HEAD -> main)',
  digest: 'sha256:2c26b46b68ffc68ff99b453c1d30413413422d706483bfa0f98a5e886266e7ae',
  'lock file':
    'resolution: {integrity: sha512-DmCG8GzysnCZ15bres3N5AHCmwBwYgp0As6xjhQ47rAUTUXxJiK+lLUxaGsX3hd/30qUpVElh05PbGuxRPgJwA==}',
  placeholders:
    'api_key: "<your key>"\npassword = "changeme"\ntoken: ${TOKEN}\nsecret: xxxxxxxxxxxx\nAPI_KEY=your-api-key-123',
  code: "const token = defineToken<PrivacyPolicy>('privacy-policy');\nconst apiKey = settings.apiKey1;\npassword: z.string().min(8)",
  types: 'interface Login { password: string; secret?: Secret; token: Token2Reader<string> }',
  talk: 'Set the password in the settings; a token is about 4 characters, and the secret of success is work. Tokens: 128000.',
  'talk about keys': 'The file begins with -----BEGIN PRIVATE KEY----- and ends with -----END PRIVATE KEY-----.',
  address: 'https://user@example.org:8080/path?token=abc and http://localhost:11434/v1',
  'address with placeholders': 'postgres://postgres:postgres@localhost/db and https://user:password@host/',
  'sample key of the documentation of AWS': 'AKIAIOSFODNN7EXAMPLE',
  picture: `![x](data:image/png;base64,${'iVBORw0KGgoAAAANSUhEUgAA'.repeat(20)}+AKIA${made(16, UPPER)}/AAAA)`,
  base64: Buffer.from(made(6_000)).toString('base64'),
};

describe('the detector of secrets', () => {
  const { signal } = new AbortController();

  test.each(Object.entries(HARMLESS))('leaves alone: %s', async (_, text) => {
    expect(await SECRETS_DETECTOR.detect(text, signal)).toEqual([]);
  });

  test('finds nothing in the documentation, the sources and the lock file of this repository', async () => {
    const root = join(import.meta.dirname, '..', '..', '..');
    const paths = ['docs', 'src', 'plugins', 'config'].flatMap((folder) =>
      readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' }).map((path) => join(folder, path)),
    );
    const found: string[] = [];
    for (const path of [...paths, 'pnpm-lock.yaml'].filter((name) => /\.(ts|md|json|ya?ml)$/.test(name))) {
      const text = readFileSync(join(root, path), 'utf8');
      for (const { kind, start, end } of await SECRETS_DETECTOR.detect(text, signal))
        found.push(`${path}: ${kind} ${text.slice(start, end)}`);
    }
    expect(paths.length).toBeGreaterThan(100);
    expect(found).toEqual([]);
  });

  test('takes no more than linear time for texts that are made to slow it down', async () => {
    const parts = [
      '-----BEGIN PRIVATE KEY-----',
      'password=',
      'https://a:',
      'eyJ',
      'a.',
      'token: "',
      'data:image/png;a=b;',
      'my password is ',
      'A_KEY',
    ];
    for (const part of parts) {
      const began = performance.now();
      await SECRETS_DETECTOR.detect(part.repeat(100_000 / part.length), signal);
      expect([part, performance.now() - began < 3_000]).toEqual([part, true]);
    }
  });
});
