import { PickledName, PickledObject, type PickleValue } from '../pickle/pickle-values.ts';
import { attributesOf, classOf } from './pickled-class.ts';

/** Bytes, which protocols before 3 write as a text to be encoded. */
function bytesOf(value: PickleValue | undefined): Uint8Array | undefined {
  if (value instanceof Uint8Array) return value;
  if (!(value instanceof PickledObject) || !(value.type instanceof PickledName)) return undefined;
  const [text, encoding] = value.args;
  const isEncoded = String(value.type) === '_codecs.encode' && typeof text === 'string' && encoding === 'latin1';
  return isEncoded ? Buffer.from(text, 'latin1') : undefined;
}

function pad(value: number, width = 2): string {
  return String(value).padStart(width, '0');
}

function dateText(bytes: Uint8Array): string {
  // The highest bit of the month tells the second of two equal hours.
  return `${pad(bytes[0]! * 256 + bytes[1]!, 4)}-${pad(bytes[2]! & 0x7f)}-${pad(bytes[3]!)}`;
}

function timeText(bytes: Uint8Array): string {
  const micros = (bytes[3]! << 16) | (bytes[4]! << 8) | bytes[5]!;
  return `${pad(bytes[0]! & 0x7f)}:${pad(bytes[1]!)}:${pad(bytes[2]!)}${micros === 0 ? '' : `.${pad(micros, 6)}`}`;
}

/** `+02:00`; empty for a zone that is told by a name only. */
function offsetText(zone: PickleValue | undefined): string {
  const delta = zone instanceof PickledObject && classOf(zone) === 'datetime.timezone' ? zone.args[0] : undefined;
  if (!(delta instanceof PickledObject) || classOf(delta) !== 'datetime.timedelta') return '';
  const [days, seconds] = delta.args;
  if (typeof days !== 'number' || typeof seconds !== 'number') return '';
  const minutes = Math.round((days * 86_400 + seconds) / 60);
  const size = Math.abs(minutes);
  return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}:${pad(size % 60)}`;
}

function dateTime(value: PickledObject): string | undefined {
  const bytes = bytesOf(value.args[0]);
  if (bytes?.length !== 10) return undefined;
  return `${dateText(bytes)}T${timeText(bytes.subarray(4))}${offsetText(value.args[1])}`;
}

function date(value: PickledObject): string | undefined {
  const bytes = bytesOf(value.args[0]);
  return bytes?.length === 4 ? dateText(bytes) : undefined;
}

function time(value: PickledObject): string | undefined {
  const bytes = bytesOf(value.args[0]);
  return bytes?.length === 6 ? timeText(bytes) + offsetText(value.args[1]) : undefined;
}

function path(value: PickledObject): string | undefined {
  const parts = value.args.filter((part) => typeof part === 'string');
  if (parts.length === 0 || parts.length !== value.args.length) return undefined;
  const [first = '', ...rest] = parts;
  const mark = classOf(value)?.includes('Windows') === true ? '\\' : '/';
  return first + (first === '' || first.endsWith(mark) || rest.length === 0 ? '' : mark) + rest.join(mark);
}

function uuid(value: PickledObject): string | undefined {
  const number = attributesOf(value).get('int');
  if (typeof number !== 'bigint' && typeof number !== 'number') return undefined;
  const hex = number.toString(16).padStart(32, '0');
  return /^(.{8})(.{4})(.{4})(.{4})(.{12})$/.exec(hex)?.slice(1).join('-');
}

function decimal(value: PickledObject): string | undefined {
  return typeof value.args[0] === 'string' ? value.args[0] : undefined;
}

const TEXTS: Readonly<Record<string, (value: PickledObject) => string | undefined>> = {
  'datetime.datetime': dateTime,
  'datetime.date': date,
  'datetime.time': time,
  'uuid.UUID': uuid,
  'decimal.Decimal': decimal,
};

const PATH_CLASS = /^pathlib(?:\._local)?\.(?:Pure)?(?:Posix|Windows)?Path$/;

/** A date, path, UUID or decimal of a pickle as the text that Python writes it as; undefined for anything else. */
export function textOfObject(value: PickleValue): string | undefined {
  const name = classOf(value);
  if (name === undefined || !(value instanceof PickledObject)) return undefined;
  if (PATH_CLASS.test(name)) return path(value);
  return Object.hasOwn(TEXTS, name) ? TEXTS[name]!(value) : undefined;
}
