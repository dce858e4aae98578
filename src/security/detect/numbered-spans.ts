import { BlockList, isIPv4, isIPv6 } from 'node:net';
import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import type { Piece } from './pieces.ts';

/** Longest form of each is bounded, so that looking for it takes linear time. */
const IBAN_START = /(?<![A-Za-z0-9])([A-Z]{2})\d{2}(?: ?[A-Z0-9]){11,32}/g;
const PHONE =
  /(?<![\p{L}\p{N}+.])(?:(?:\+|00)[1-9](?:[\s()./-]{0,3}\d){6,14}|(?:\(\d{3}\) ?|\d{3}[-.])\d{3}[-.]\d{4})(?![\d-])/gu;
const CALLED =
  /(?<!\p{L})(?:tel(?:efono?|ephone|éfono|ефон)?|phone|mobile|mobil|cell|fax|handy|тел|電話|电话)(?:\s?(?:number|no|nr|n°|№))?[.:：]{0,2}\s{0,3}(\(?0?\d(?:[\s()./-]{0,2}\d){6,13})(?!\d)/giu;
const ADDRESS_V4 = /(?<![\w.-])\d{1,3}(?:\.\d{1,3}){3}(?![\w.-]*\d)/g;
const ADDRESS_V6 = /(?<![\w:.])[23][0-9a-f]{0,3}(?::[0-9a-f]{0,4}){2,7}(?![\w:.])/gi;
const VERSION_BEFORE = /(?:\bv|version|release|build)[\s:=]{0,3}$/i;

/** Addresses that belong to no person: private, loopback, link-local, documentation, multicast and above. */
const NOBODYS: readonly (readonly [network: string, prefix: number])[] = [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.2.0', 24],
  ['192.168.0.0', 16],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
];

let nobodys: BlockList | undefined;

function isSomebodys(address: string): boolean {
  if (nobodys === undefined) {
    nobodys = new BlockList();
    for (const [network, prefix] of NOBODYS) nobodys.addSubnet(network, prefix, 'ipv4');
  }
  return isIPv4(address) && !nobodys.check(address, 'ipv4');
}

function spanOf(kind: string, { start }: Piece, index: number, length: number): DetectedSpan {
  return { kind, start: start + index, end: start + index + length };
}

/** Bank accounts (ISO 13616) by the length and form of their country and their check digits. */
export async function accountSpans(piece: Piece): Promise<DetectedSpan[]> {
  const matches = [...piece.text.matchAll(IBAN_START)];
  if (matches.length === 0) return [];
  const { countrySpecs, isValidIBAN } = await import('ibantools');
  return matches.flatMap((match) => {
    const characters = countrySpecs[match[1] as keyof typeof countrySpecs]?.chars ?? 0;
    let length = 0;
    for (let seen = 0; seen < characters && length < match[0].length; length += 1) {
      if (match[0].charAt(length) !== ' ') seen += 1;
    }
    const isReal = isValidIBAN(match[0].slice(0, length).replaceAll(' ', ''));
    return isReal ? [spanOf('bank account', piece, match.index, length)] : [];
  });
}

/**
 * Telephone numbers: with a country's code, in the form of North America, or after a word such as `tel`. `pause` is
 * called between numbers, each of which takes long to check.
 */
export async function phoneSpans(piece: Piece, pause: () => Promise<void>): Promise<DetectedSpan[]> {
  const called = [...piece.text.matchAll(CALLED)].map((match) => {
    const number = match[1] ?? '';
    return spanOf('phone number', piece, match.index + match[0].length - number.length, number.length);
  });
  const matches = [...piece.text.matchAll(PHONE)];
  if (matches.length === 0) return called;
  const { isValidPhoneNumber } = await import('libphonenumber-js/min');
  const spans = [...called];
  for (const { 0: text, index } of matches) {
    if (isValidPhoneNumber(text.replace(/^00/, '+'), 'US')) {
      spans.push(spanOf('phone number', piece, index, text.length));
    }
    await pause();
  }
  return spans;
}

/** Public addresses of the internet; four numbers after `version` are none. */
export function addressSpans(piece: Piece): DetectedSpan[] {
  const { text } = piece;
  const v4 = [...text.matchAll(ADDRESS_V4)].filter(
    ({ 0: address, index }) => isSomebodys(address) && !VERSION_BEFORE.test(text.slice(Math.max(0, index - 12), index)),
  );
  const v6 = [...text.matchAll(ADDRESS_V6)].filter(
    ([address]) => isIPv6(address) && !address.toLowerCase().startsWith('2001:db8:'),
  );
  return [...v4, ...v6].map(({ 0: address, index }) => spanOf('IP address', piece, index, address.length));
}
