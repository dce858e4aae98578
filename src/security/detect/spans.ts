import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';

/** Spans in order, those that share text joined under the kind of the longest; empty ones are left out. */
export function joinSpans(spans: readonly DetectedSpan[]): DetectedSpan[] {
  const ordered = spans.filter(({ start, end }) => end > start).sort((left, right) => left.start - right.start);
  const joined: DetectedSpan[] = [];
  let widest = 0;
  for (const span of ordered) {
    const last = joined.at(-1);
    const width = span.end - span.start;
    if (last === undefined || span.start >= last.end) {
      joined.push(span);
      widest = width;
      continue;
    }
    const kind = width > widest ? span.kind : last.kind;
    widest = Math.max(widest, width);
    joined[joined.length - 1] = { kind, start: last.start, end: Math.max(last.end, span.end) };
  }
  return joined;
}

const DATA_URL =
  /data:(?:image|audio|video|font|application)\/[\w.+-]{1,80};(?:[\w.+=-]{1,80};){0,4}base64,([A-Za-z0-9+/]{64,}={0,2})/g;

/** The text with the content of `data:` addresses blanked, of the same length: a picture is no text to look into. */
export function withoutDataUrls(text: string): string {
  if (!text.includes('base64,')) return text;
  return text.replaceAll(
    DATA_URL,
    (whole, payload: string) => whole.slice(0, -payload.length) + ' '.repeat(payload.length),
  );
}
