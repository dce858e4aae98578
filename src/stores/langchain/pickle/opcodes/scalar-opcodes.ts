import type { OpcodeTable, PickleMachine } from '../pickle-machine.ts';

/** A number of so many bytes has more than a thousand digits. */
const LONGEST_NUMBER_BYTES = 512;

function toNumber(value: bigint): number | bigint {
  const number = Number(value);
  return Number.isSafeInteger(number) ? number : value;
}

/** Little endian, two's complement. */
function pushLong(machine: PickleMachine, length: number): void {
  if (length < 0 || length > LONGEST_NUMBER_BYTES) throw machine.bytes.fault(`a number of ${length} bytes`);
  const bytes = machine.bytes.take(length);
  const hex = Buffer.from(bytes.toReversed()).toString('hex');
  machine.push(length === 0 ? 0 : toNumber(BigInt.asIntN(length * 8, BigInt(`0x${hex}`))));
}

function wholeNumber(machine: PickleMachine, text: string): number | bigint {
  if (!/^[+-]?\d+$/.test(text) || text.length > 2 * LONGEST_NUMBER_BYTES) throw machine.bytes.fault('no whole number');
  return toNumber(BigInt(text.replace(/^\+/, '')));
}

function pushInt(machine: PickleMachine): void {
  const text = machine.bytes.line().toString('latin1').trim();
  if (text === '00' || text === '01') machine.push(text === '01');
  else machine.push(wholeNumber(machine, text));
}

const ODD_FLOATS: Readonly<Record<string, number>> = { nan: NaN, inf: Infinity, '-inf': -Infinity };

function pushFloat(machine: PickleMachine): void {
  const text = machine.bytes.line().toString('latin1').trim();
  const value = ODD_FLOATS[text] ?? Number(text === '' ? 'none' : text);
  if (Number.isNaN(value) && text !== 'nan') throw machine.bytes.fault('no number');
  machine.push(value);
}

/** Python's raw-unicode-escape. */
function pushEscaped(machine: PickleMachine): void {
  const text = machine.bytes.textLine().toString('latin1');
  const plain = text.replace(/\\u([\dA-Fa-f]{4})|\\U([\dA-Fa-f]{8})/g, (_, short?: string, long?: string) => {
    const point = Number.parseInt(short ?? long ?? '', 16);
    if (point > 0x10ffff) throw machine.bytes.fault('no character');
    return String.fromCodePoint(point);
  });
  machine.push(plain);
}

const ESCAPES: Readonly<Record<string, string>> = { n: '\n', r: '\r', t: '\t' };

/** A text in quotes, as Python 2 wrote them. */
function pushQuoted(machine: PickleMachine): void {
  const line = machine.bytes.textLine().toString('latin1').trim();
  const quote = line.at(0);
  if (line.length < 2 || (quote !== "'" && quote !== '"') || line.at(-1) !== quote)
    throw machine.bytes.fault('no text');
  const text = line.slice(1, -1).replace(/\\(?:x([0-9a-f]{2})|([^]))/gi, (_, hex?: string, letter = '') => {
    return hex === undefined ? (ESCAPES[letter] ?? letter) : String.fromCharCode(Number.parseInt(hex, 16));
  });
  machine.push(text);
}

function pushText(machine: PickleMachine, length: number): void {
  machine.push(machine.bytes.take(length).toString('utf8'));
}

/** A copy, so that one short value does not keep the whole file. */
function pushBytes(machine: PickleMachine, length: number): void {
  machine.pushContainer(Uint8Array.from(machine.bytes.take(length)));
}

/** A length that the oldest opcodes tell with a sign. */
function signedLength(machine: PickleMachine): number {
  const value = machine.bytes.signed();
  if (value < 0) throw machine.bytes.fault('a length below zero');
  return value;
}

/** Numbers, texts and bytes; https://github.com/python/cpython/blob/main/Lib/pickletools.py names the opcodes. */
export const SCALAR_OPCODES: OpcodeTable = {
  0x46: pushFloat,
  0x47: (machine) => machine.push(machine.bytes.double()),
  0x49: pushInt,
  0x4a: (machine) => machine.push(machine.bytes.signed()),
  0x4b: (machine) => machine.push(machine.bytes.unsigned(1)),
  0x4d: (machine) => machine.push(machine.bytes.unsigned(2)),
  0x4c: (machine) => machine.push(wholeNumber(machine, machine.bytes.line().toString('latin1').replace(/L$/, ''))),
  0x8a: (machine) => pushLong(machine, machine.bytes.unsigned(1)),
  0x8b: (machine) => pushLong(machine, machine.bytes.signed()),
  0x4e: (machine) => machine.push(null),
  0x88: (machine) => machine.push(true),
  0x89: (machine) => machine.push(false),
  0x53: pushQuoted,
  0x54: (machine) => pushText(machine, signedLength(machine)),
  0x55: (machine) => pushText(machine, machine.bytes.unsigned(1)),
  0x56: pushEscaped,
  0x58: (machine) => pushText(machine, machine.bytes.unsigned(4)),
  0x8c: (machine) => pushText(machine, machine.bytes.unsigned(1)),
  0x8d: (machine) => pushText(machine, machine.bytes.unsigned(8)),
  0x42: (machine) => pushBytes(machine, machine.bytes.unsigned(4)),
  0x43: (machine) => pushBytes(machine, machine.bytes.unsigned(1)),
  0x8e: (machine) => pushBytes(machine, machine.bytes.unsigned(8)),
  0x96: (machine) => pushBytes(machine, machine.bytes.unsigned(8)),
};
