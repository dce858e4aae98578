import { boundWait, parseDuration } from './wait-text.ts';

/** What a server said went wrong, read from any of the shapes servers use. */
export interface ErrorBody {
  readonly message: string;
  readonly type?: string;
  readonly code?: string;
  /** Figures some servers add: llama.cpp's `n_prompt_tokens` and `n_ctx`, a loading `progress`. */
  readonly numbers: Readonly<Record<string, number>>;
  /** The wait it asks for in the body, milliseconds. */
  readonly retryAfterMs?: number;
}

type Fields = Readonly<Record<string, unknown>>;

function asFields(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : undefined;
}

function asText(value: unknown): string | undefined {
  if (typeof value === 'string' && value !== '') return value;
  return typeof value === 'number' ? String(value) : undefined;
}

function numbersOf(fields: Fields): Record<string, number> {
  const found = Object.entries(fields).filter((entry): entry is [string, number] => typeof entry[1] === 'number');
  return Object.fromEntries(found);
}

/** FastAPI's `detail`: a text, or a list of `{loc, msg}`. */
function detailText(detail: unknown): string | undefined {
  if (!Array.isArray(detail)) return asText(detail);
  const first = asFields(detail[0]);
  if (first === undefined) return undefined;
  const place = Array.isArray(first.loc) ? `${first.loc.join('.')}: ` : '';
  return `${place}${asText(first.msg) ?? 'invalid'}`;
}

/** The words of OpenAI and Groq, which write the wait of a 429 into their text to the millisecond. */
const TRY_AGAIN = /please try again in (?<wait>[\d.]+(?:ms|s|m|h)(?:[\d.]+(?:ms|s|m))*)/i;

/** Google's `RetryInfo` among the `details` of an error, or a wait in the words of the text. */
function waitOf(fields: Fields, message: string): number | undefined {
  const details: readonly unknown[] = Array.isArray(fields.details) ? fields.details : [];
  for (const detail of details) {
    const delay = asFields(detail)?.retryDelay;
    const waitMs = typeof delay === 'string' ? parseDuration(delay) : undefined;
    if (waitMs !== undefined) return waitMs;
  }
  return boundWait(parseDuration(TRY_AGAIN.exec(message)?.groups?.wait?.replace(/\.$/, '')));
}

function fromFields(fields: Fields): ErrorBody | undefined {
  const message = asText(fields.message) ?? asText(fields.error_message) ?? detailText(fields.detail);
  if (message === undefined) return undefined;
  const retryAfterMs = waitOf(fields, message);
  return {
    message,
    type: asText(fields.type) ?? asText(fields.error_type),
    code: asText(fields.code),
    numbers: numbersOf(fields),
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  };
}

/**
 * Reads `{"error": text}`, `{"error": {...}}`, `{"message": ...}`, `{"detail": ...}` and a JSON document inside the error
 * text (Ollama 0.34 passes llama.cpp's on so). Undefined when the value tells of no error.
 */
export function readErrorValue(value: unknown): ErrorBody | undefined {
  // Google's OpenAI wire wraps an error in a list of one.
  if (Array.isArray(value) && value.length === 1) return readErrorValue(value[0]);
  const fields = asFields(value);
  if (fields === undefined) return undefined;
  const nested = asFields(fields.error);
  if (nested !== undefined) return fromFields(nested) ?? { message: JSON.stringify(nested), numbers: {} };
  const flat = asText(fields.error);
  if (flat === undefined) return fromFields(fields);
  const inner = flat.trimStart().startsWith('{') ? readErrorValue(parseJson(flat)) : undefined;
  return inner ?? { message: flat, type: asText(fields.error_type), numbers: numbersOf(fields) };
}

/** Reads a whole error reply; plain text, HTML and emptiness are answers too. */
export function readErrorText(text: string): ErrorBody {
  const known = readErrorValue(parseJson(text));
  if (known !== undefined) return known;
  const plain = text.trim();
  if (plain === '') return { message: '', numbers: {} };
  return { message: isHtml(plain) ? 'an HTML page' : plain.slice(0, 300), numbers: {} };
}

/** Whether a body is a web page. */
export function isHtml(text: string): boolean {
  return /^\s*<(!doctype|html|head|body)/i.test(text);
}

/** JSON, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}
