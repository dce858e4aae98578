import type { PatternRule } from './pattern-rule.ts';

/** Domain endings that are those of files: `icon@2x.png` is no address. */
const FILE_ENDING =
  /\.(?:png|jpe?g|gif|svg|webp|avif|ico|pdf|js|mjs|ts|tsx|css|json|md|html?|local|localdomain|invalid)$/i;

/** Names of services in front of `@`, as in `git@host:path`. */
const SERVICE = /^(?:git|svn|hg|ssh|root)@/i;

function isMailbox(value: string): boolean {
  return !FILE_ENDING.test(value) && !SERVICE.test(value);
}

/** Check digit of ISO/IEC 7812-1 (Luhn), a first digit of the card networks, and not one digit only. */
function isCardNumber(value: string): boolean {
  const digits = value.replace(/\D/g, '');
  if (digits.length < 13 || !/^[2-6]/.test(digits) || /^(\d)\1+$/.test(digits)) return false;
  let sum = 0;
  for (let place = 0; place < digits.length; place += 1) {
    const digit = Number(digits.at(-1 - place));
    sum += place % 2 === 0 ? digit : ((digit * 2) % 10) + Math.floor(digit / 5);
  }
  return sum % 10 === 0;
}

/** Letter of the Spanish DNI and NIE: the number modulo 23. */
function isSpanishNumber(value: string): boolean {
  const text = value.replace(/[\s.-]/g, '').toUpperCase();
  const number = Number(text.slice(0, -1).replace(/^[XYZ]/, (letter) => String('XYZ'.indexOf(letter))));
  return 'TRWAGMYFPDXBNJZSQVHLCKE'.charAt(number % 23) === text.at(-1);
}

/** Key of the French social security number: 97 less the number modulo 97; Corsica's departments count as 19 and 18. */
function isFrenchNumber(value: string): boolean {
  const text = value.replace(/\s/g, '').toUpperCase();
  const number = text.slice(0, 13).replace('2A', '19').replace('2B', '18');
  return 97n - (BigInt(number) % 97n) === BigInt(text.slice(13));
}

/** Both check digits of the Brazilian CPF: weighted sums modulo 11. */
function isBrazilianNumber(value: string): boolean {
  const digits = Array.from(value.replace(/\D/g, ''), Number);
  const checkOf = (length: number): number => {
    const sum = digits.slice(0, length).reduce((total, digit, place) => total + digit * (length + 1 - place), 0);
    return ((sum * 10) % 11) % 10;
  };
  return new Set(digits).size > 1 && checkOf(9) === digits[9] && checkOf(10) === digits[10];
}

/** Personal data whose form and check digits tell it from other text, without a library. */
export const PERSONAL_RULES: readonly PatternRule[] = [
  {
    kind: 'e-mail address',
    pattern:
      /(?<![\p{L}\p{N}._%+-])[\p{L}\p{N}._%+-]{1,64}@(?:[\p{L}\p{N}-]{1,63}\.){1,8}\p{L}{2,24}(?![\p{L}\p{N}-])/gu,
    isReal: isMailbox,
  },
  { kind: 'card number', pattern: /(?<![\d.,-])\d(?:[ -]?\d){12,18}(?![\d-])/g, isReal: isCardNumber },
  {
    kind: 'US social security number',
    pattern: /(?<![\d-])(?!000|666|9)\d{3}-(?!00)\d{2}-(?!0000)\d{4}(?![\d-])/g,
  },
  {
    kind: 'UK national insurance number',
    pattern:
      /(?<![A-Za-z0-9])(?!BG|GB|KN|NK|NT|TN|ZZ)[A-CEGHJ-PR-TW-Z][A-CEGHJ-NPR-TW-Z] ?\d{2} ?\d{2} ?\d{2} ?[A-D](?![A-Za-z0-9])/g,
  },
  {
    kind: 'Spanish identity number',
    pattern: /(?<![A-Za-z0-9])(?:\d{8}|[XYZ]-?\d{7})-?[A-HJ-NP-TV-Z](?![A-Za-z0-9])/g,
    isReal: isSpanishNumber,
  },
  {
    kind: 'French social security number',
    pattern: /(?<!\d)[1-478] ?\d{2} ?(?:0[1-9]|1[0-2]|[2-4]\d) ?(?:\d{2}|2[AB]) ?\d{3} ?\d{3} ?\d{2}(?!\d)/g,
    isReal: isFrenchNumber,
  },
  {
    kind: 'Italian tax code',
    pattern:
      /(?<![A-Za-z0-9])[A-Z]{6}\d{2}[ABCDEHLMPRST](?:[04][1-9]|[1256]\d|[37][01])[A-Z]\d{3}[A-Z](?![A-Za-z0-9])/g,
  },
  {
    kind: 'Brazilian CPF number',
    pattern: /(?<![\d.])\d{3}\.\d{3}\.\d{3}-\d{2}(?!\d)/g,
    isReal: isBrazilianNumber,
  },
];
