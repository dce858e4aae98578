type Headers = Readonly<Record<string, string>>;

/**
 * The wait a server asks for, in milliseconds: `retry-after-ms`, `x-ms-retry-after-ms`, `Retry-After` in seconds or as a
 * date. Undefined when it asks for none.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  for (const name of ['retry-after-ms', 'x-ms-retry-after-ms']) {
    const value = toNumber(headers[name]);
    if (value !== undefined) return value;
  }
  const text = headers['retry-after']?.trim();
  const seconds = toNumber(text);
  if (seconds !== undefined) return Math.ceil(seconds * 1000);
  const date = text === undefined ? Number.NaN : Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

function toNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : undefined;
}
