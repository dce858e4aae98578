/** What every secret is shown as. */
export const SECRET_MASK = '[secret]';

/** Shorter values are not looked for in running text: they would blot out ordinary words. */
const SHORTEST_SOUGHT = 6;

const SECRET_NAME = /(key|token|secret|password|passphrase|authorization|credentials?)$/i;

const SECRET_SHAPES: readonly (readonly [shape: RegExp, replacement: string])[] = [
  [/\b(sk|pk|rk|gsk|xai|hf|ghp|gho|github_pat|glpat|xox[a-z])[-_][A-Za-z0-9_-]{10,}/g, SECRET_MASK],
  [/\bAIza[A-Za-z0-9_-]{30,}/g, SECRET_MASK],
  [/\b(Bearer|Basic)\s+[A-Za-z0-9._~+/=-]{6,}/gi, `$1 ${SECRET_MASK}`],
  [/([a-z][a-z0-9+.-]*:\/\/)[^\s/@'"]+@/gi, `$1${SECRET_MASK}@`],
];

/** Tells by its name whether a field or variable holds a secret: `apiKey`, `GITHUB_TOKEN`, but not `maxTokens`. */
export function isSecretName(name: string): boolean {
  return SECRET_NAME.test(name);
}

/** The text with every known secret and everything that has the shape of a key replaced. */
export function maskSecrets(text: string, secrets: Iterable<string>): string {
  const sought = longestFirst(secrets).map((secret) => secret.replaceAll(/[\\^$.*+?()[\]{}|]/g, '\\$&'));
  let masked = sought.length === 0 ? text : text.replace(new RegExp(sought.join('|'), 'g'), SECRET_MASK);
  for (const [shape, replacement] of SECRET_SHAPES) masked = masked.replace(shape, replacement);
  return masked;
}

function longestFirst(secrets: Iterable<string>): string[] {
  return [...secrets]
    .filter((secret) => secret.length >= SHORTEST_SOUGHT)
    .sort((left, right) => right.length - left.length);
}

/** A value of the configuration as it may be shown: what a secret name holds is masked whole, texts by their content. */
export function maskValue(value: unknown, names: readonly string[], secrets: ReadonlySet<string>): unknown {
  if (value === undefined || typeof value === 'boolean' || typeof value === 'number') {
    return typeof value === 'number' && names.some(isSecretName) ? SECRET_MASK : value;
  }
  if (names.some(isSecretName)) return SECRET_MASK;
  if (typeof value === 'string') return maskSecrets(value, secrets);
  if (Array.isArray(value)) return value.map((item) => maskValue(item, names, secrets));
  if (typeof value === 'object' && value !== null) {
    return Object.fromEntries(
      Object.entries(value).map(([key, item]) => [
        maskSecrets(key, secrets),
        maskValue(item, [...names, key], secrets),
      ]),
    );
  }
  return SECRET_MASK;
}
