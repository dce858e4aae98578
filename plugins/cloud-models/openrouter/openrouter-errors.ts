import { parseJson, readErrorText, readErrorValue, type ErrorBody } from 'wooster';
import { asFields, type Fields } from '../common/watched-reply.ts';

/** A wait of more than a day is no wait; the same bound as for all headers. */
const LONGEST_WAIT_MS = 86_400_000;

/** What the provider behind it said: JSON in a text, an object, or plain words. */
function rawError(raw: unknown): ErrorBody | undefined {
  if (typeof raw !== 'string') return readErrorValue(raw);
  if (raw.trim() === '') return undefined;
  return readErrorText(raw);
}

/** `X-RateLimit-Reset` among its metadata is a moment, milliseconds since 1970. */
function waitOf(metadata: Fields, nowMs: number): number | undefined {
  const told = Object.entries(asFields(metadata.headers)).find(([name]) => /^x-ratelimit-reset$/i.test(name));
  const waitMs = Math.ceil(Number(told?.[1]) - nowMs);
  return waitMs > 0 && waitMs <= LONGEST_WAIT_MS ? waitMs : undefined;
}

/**
 * An error as OpenRouter tells it. Its own words say no more than that a provider behind it failed ("Provider returned
 * error"); what that one said stands in the metadata, and only it tells a prompt that is too long from a wrong parameter
 * (OpenRouter's guide "Errors and debugging", provider errors).
 */
export function mendError(value: unknown, nowMs: number): ErrorBody | undefined {
  const error = readErrorValue({ error: value });
  if (error === undefined) return undefined;
  const metadata = asFields(asFields(value).metadata);
  const raw = rawError(metadata.raw);
  const retryAfterMs = error.retryAfterMs ?? raw?.retryAfterMs ?? waitOf(metadata, nowMs);
  const said = raw === undefined || raw.message === '' || error.message.includes(raw.message) ? '' : raw.message;
  const who = typeof metadata.provider_name === 'string' ? `${metadata.provider_name}: ` : '';
  return {
    ...error,
    ...(said !== '' && { message: `${who}${said} (${error.message})` }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
  };
}

/** The body of a refusal. */
export function readOpenRouterError(text: string, nowMs: number): ErrorBody {
  return mendError(asFields(parseJson(text)).error, nowMs) ?? readErrorText(text);
}
