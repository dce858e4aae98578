/** Bits for each character by the frequencies within the text itself (Shannon). */
function entropyOf(text: string): number {
  const counts = new Map<string, number>();
  for (const character of text) counts.set(character, (counts.get(character) ?? 0) + 1);
  let bits = 0;
  for (const count of counts.values()) bits -= (count / text.length) * Math.log2(count / text.length);
  return bits;
}

/** What people write where a secret belongs. */
const PLACEHOLDER =
  /^(?:<.*>?|\[.*\]|\{.*\}?|\(.*\)|\$\{.*|\$[a-z_]+|%[a-z_]+%|\*+|x{3,}.*|(.)\1+|.*\.\.\..*|.*…|(?:your|my|the|some)[-_ ].*|(?:pass|password|passwd|secret|token|user|username|root|admin|guest|postgres|mysql|redis|test|changeme|none|null|undefined|true|false)[-_]?\d{0,3})$/i;
const PLACEHOLDER_WORD =
  /example|placeholder|redacted|change.?me|dummy|replace|insert.?here|your.?(?:key|token|secret|pass)|x{6,}|\*{3,}/i;

/** Stands for a secret rather than being one: `<your key>`, `xxxx`, `${TOKEN}`, `changeme`. */
export function isPlaceholder(value: string): boolean {
  return PLACEHOLDER.test(value) || PLACEHOLDER_WORD.test(value);
}

/** The random part of a key with a form of its own: neither a placeholder nor one character again and again. */
export function isRandom(value: string): boolean {
  return !isPlaceholder(value) && entropyOf(value) >= 3;
}

/** `settings.apiKey`, `PRIVACY_POLICY`, `model-router`, `Some::Name`: a name, which is no secret. */
const NAME = /^(?:[\p{L}_$][\p{L}\p{M}_$]*(?:[-./:?#@]+|$))+$|^[a-z$_][\w$]*(?:\??\.[a-z$_][\w$]*)+$/iu;
const ADDRESS = /^(?:[a-z][a-z0-9+.-]*:\/\/|\.{0,2}\/|[a-z]:\\|#[0-9a-f]{3,8}$)/i;
const DATE_OR_NUMBER = /^[\d\s.,:/+TZ-]+$/;

/** A value that was assigned to something called a password or a key: mixed enough to be one, and no name, address or number. */
export function isSecretLike(value: string): boolean {
  if (isPlaceholder(value) || NAME.test(value) || ADDRESS.test(value) || DATE_OR_NUMBER.test(value)) return false;
  const kinds = [/\p{Ll}|\p{Lo}/u, /\p{Lu}/u, /\d/, /[^\p{L}\p{M}\p{N}\s]/u].filter((kind) => kind.test(value)).length;
  return kinds >= 2 && entropyOf(value) >= 2.7;
}
