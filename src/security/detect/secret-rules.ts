import type { PatternRule } from './pattern-rule.ts';
import { isPlaceholder, isRandom, isSecretLike } from './secret-likeness.ts';

/** A key that begins with its service's mark; the forms are those that the services publish. */
function keyRule(kind: string, form: string): PatternRule {
  const pattern = new RegExp(`(?<![A-Za-z0-9_])${form}(?![A-Za-z0-9_])`, 'g');
  return { kind, pattern, isReal: (value) => isRandom(value.replace(/^[a-z]+[-_]/i, '')) };
}

const KEYS: readonly PatternRule[] = [
  keyRule('AWS access key', '(?:AKIA|ASIA|ABIA|ACCA)[A-Z2-7]{16}'),
  keyRule('Google API key', 'AIza[\\w-]{35}'),
  keyRule('Google OAuth secret', 'GOCSPX-[\\w-]{28}'),
  keyRule('Google access token', 'ya29\\.[\\w-]{20,}'),
  keyRule('Azure client secret', '[A-Za-z0-9_~.]{3}\\dQ~[\\w~.-]{31,34}'),
  keyRule('GitHub token', 'gh[pousr]_[A-Za-z0-9]{36,255}'),
  keyRule('GitHub token', 'github_pat_[A-Za-z0-9_]{60,255}'),
  keyRule('GitLab token', 'gl(?:pat|dt|rt|ft|cbt|ptt|soat)-[\\w-]{20,}'),
  keyRule('Slack token', 'xox[abeoprs]-[A-Za-z0-9-]{10,}'),
  keyRule('Slack app token', 'xapp-\\d-[A-Za-z0-9-]{20,}'),
  keyRule('Stripe key', '(?:sk|rk)_(?:live|test)_[A-Za-z0-9]{16,}'),
  keyRule('Stripe signing secret', 'whsec_[A-Za-z0-9+/=]{24,}'),
  keyRule('key of a model provider', 'sk-(?:proj|svcacct|admin|ant|or|lf)-[\\w-]{20,}'),
  keyRule('key of a model provider', 'sk-[A-Za-z0-9]{32,}'),
  keyRule('key of a model provider', '(?:xai|pplx|fw|csk)-[A-Za-z0-9]{32,}'),
  keyRule('key of a model provider', '(?:gsk|r8|hf)_[A-Za-z0-9]{32,}'),
  keyRule('npm token', 'npm_[A-Za-z0-9]{36}'),
  keyRule('PyPI token', 'pypi-AgE[\\w-]{50,}'),
  keyRule('DigitalOcean token', 'do[opr]_v1_[a-f0-9]{64}'),
  keyRule('Twilio key', 'SK[a-f0-9]{32}'),
  keyRule('Telegram bot token', '\\d{8,10}:AA[\\w-]{33}'),
  keyRule('age key', 'AGE-SECRET-KEY-1[A-Z0-9]{58}'),
  keyRule('web token', 'eyJ[\\w-]{8,}\\.eyJ[\\w-]{8,}\\.[\\w-]{16,}'),
];

/** Base64 characters that a private key has at least; the mark alone is talk about keys. */
const LEAST_KEY_CHARACTERS = 40;

const PRIVATE_KEY: PatternRule = {
  kind: 'private key',
  pattern:
    /-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----(?:(?:[A-Za-z0-9+/=\s\\:,.()]|-(?!----)){0,7000}-----END [A-Z0-9 ]{1,40}-----|[A-Za-z0-9+/=\s\\]{0,7000})/g,
  isReal: (value) =>
    value.replace(/-----[^-]*-----/g, '').replace(/[^A-Za-z0-9+/]/g, '').length >= LEAST_KEY_CHARACTERS,
};

const PASSWORD_WORD =
  'pass(?:word|wd|phrase|code)|pwd|passwort|kennwort|mot de passe|contraseña|senha|wachtwoord|hasło|пароль|密码|密碼|パスワード|비밀번호';
const KEY_WORD =
  '(?:api|app|access|auth|private|secret|signing|encryption|master|storage|account)[_-]?key|(?:client|app|webhook|shared)?[_-]?secret|(?:access|auth|api|bearer|refresh|session|bot)?[_-]?token|credentials?';
const NAMED = `(?:${PASSWORD_WORD}|${KEY_WORD})(?:[_-]?\\d{1,2})?`;

/** Secrets that are known by what they are assigned to or sent in. */
const PLACES: readonly PatternRule[] = [
  {
    kind: 'password or key',
    pattern: new RegExp(
      `(?:${NAMED})["'\`]?\\s{0,8}(?:=>|:=|==?=?|[:：])\\s{0,8}["'\`]([^"'\`\\s]{8,200})(?=["'\`])`,
      'giu',
    ),
    isReal: isSecretLike,
  },
  {
    kind: 'password or key',
    pattern: new RegExp(
      `(?:${NAMED})["'\`]?\\s{0,4}[=:：]\\s{0,4}([^\\s"'\`;,&<>(){}[\\]|]{8,200})(?![(\\w[]|<\\w)`,
      'giu',
    ),
    isReal: (value) => /\p{Nd}/u.test(value) && isSecretLike(value),
  },
  {
    kind: 'password',
    pattern: new RegExp(
      `(?:${PASSWORD_WORD})[\\p{L}\\s]{0,20}\\s(?:is|ist|lautet|es|est|è|é)[:\\s]\\s{0,2}["'\`«„“]?([^\\s"'\`»“”<>]{5,63}[^\\s"'\`»“”<>.,;:?)])`,
      'giu',
    ),
    isReal: (value) => /\p{Nd}/u.test(value) && isSecretLike(value),
  },
  {
    kind: 'password or key',
    pattern:
      /^[ \t]{0,8}(?:export[ \t]{1,4})?(?!\w{0,60}PUBLIC)[A-Z][A-Z0-9_]{0,60}(?:KEY|PASS|PASSWORD|PWD|TOKEN|SECRET|CREDENTIALS|AUTH)[ \t]{0,4}=[ \t]{0,4}["']?([^\s"'#]{8,400})/gm,
    isReal: (value) => /\d/.test(value) && isSecretLike(value),
  },
  {
    kind: 'password in an address',
    pattern: /(?<![A-Za-z0-9])[a-z][a-z0-9+.-]{1,20}:\/\/[^\s:@/"'`<>]{0,64}:([^\s@/"'`<>]{3,128})(?=@[\w[])/gi,
    isReal: (value) => !isPlaceholder(value),
  },
  {
    kind: 'credentials of a request',
    pattern: /(?<![A-Za-z])(?:bearer|basic)[ \t]{1,4}([\w.~+/-]{20,2000}={0,2})/gi,
    isReal: (value) => /\d/.test(value) && isRandom(value) && isSecretLike(value),
  },
  {
    kind: 'Azure storage key',
    pattern: /(?:AccountKey|SharedAccessKey)=([A-Za-z0-9+/]{40,100}={0,2})/g,
    isReal: isRandom,
  },
  { kind: 'signed address', pattern: /[?&]sig=([\w%+/-]{40,100}={0,2})/g, isReal: isRandom },
];

/** Forms of secrets that the preset of secretlint leaves out, or looks for in files of certain names only. */
export const SECRET_RULES: readonly PatternRule[] = [...KEYS, PRIVATE_KEY, ...PLACES];
