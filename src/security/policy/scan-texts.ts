import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import type { ContentScanner } from './content-scanner.ts';
import { ScanMemo } from './scan-memo.ts';

/** What one scanner found, text by text, or why it could not look. */
export interface ScanReport {
  readonly scanner: ContentScanner;
  readonly spans: readonly (readonly DetectedSpan[])[];
  /** One line for people, without content. */
  readonly fault?: string;
}

/** What scanning needs besides texts and scanners. */
interface ScanTools {
  readonly memo: ScanMemo;
  /** Longest that a scanner may take for one text, milliseconds. */
  readonly limitMs: number;
  readonly signal: AbortSignal;
}

class ScanTimeout extends Error {
  override readonly name = 'ScanTimeout';
}

/** Runs a scan within its limit; a scan that does not heed its signal is left to itself. */
async function scanWithin(scanner: ContentScanner, text: string, { limitMs, signal }: ScanTools) {
  const controller = new AbortController();
  const abort = (reason: unknown): void => controller.abort(reason);
  const onAbort = (): void => abort(signal.reason);
  const timer = setTimeout(() => abort(new ScanTimeout(`longer than ${limitMs} ms`)), limitMs);
  signal.addEventListener('abort', onAbort, { once: true });
  const ended = new Promise<never>((_, reject) => {
    controller.signal.addEventListener('abort', () => reject(controller.signal.reason as Error), { once: true });
  });
  try {
    return await Promise.race([scanner.scan(text, controller.signal), ended]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', onAbort);
  }
}

/** A span outside its text is a defect of the scanner: what it meant is unknown. */
function requireWithin(spans: readonly DetectedSpan[], text: string): readonly DetectedSpan[] {
  const isWrong = spans.some(({ start, end }) => !(start >= 0 && start <= end && end <= text.length));
  if (isWrong) throw new RangeError('a span outside the text');
  return spans;
}

function faultOf(error: unknown, { title }: ContentScanner, limitMs: number): string {
  if (error instanceof ScanTimeout) return `${title} took longer than ${limitMs} ms`;
  // By name alone: what a script in a context of its own throws need not be an Error of this realm.
  const { code, name } = Object(error) as { readonly code?: unknown; readonly name?: unknown };
  if (code === 'ERR_SCRIPT_EXECUTION_TIMEOUT') return `${title}: its pattern takes too long, write it simpler`;
  return `${title} failed (${typeof name === 'string' ? name : typeof error})`;
}

async function scanAll(
  scanner: ContentScanner,
  texts: readonly { readonly text: string; readonly hash: string }[],
  tools: ScanTools,
): Promise<ScanReport> {
  const spans: (readonly DetectedSpan[])[] = [];
  for (const { text, hash } of texts) {
    const known = tools.memo.get(scanner, hash);
    if (known !== undefined) {
      spans.push(known);
      continue;
    }
    try {
      const found = requireWithin(await scanWithin(scanner, text, tools), text);
      tools.memo.set(scanner, hash, found);
      spans.push(found);
    } catch (error) {
      tools.signal.throwIfAborted();
      return { scanner, spans, fault: faultOf(error, scanner, tools.limitMs) };
    }
  }
  const kinds = new Set(spans.flatMap((each) => each.map(({ kind }) => kind)));
  const isMet = scanner.conditions.every((kind) => kinds.has(kind));
  return { scanner, spans: isMet ? spans : spans.map(() => []) };
}

/** Lets every scanner look into every text, those that it knows already excepted; rejects only when the signal says so. */
export async function scanTexts(
  texts: readonly string[],
  scanners: readonly ContentScanner[],
  tools: ScanTools,
): Promise<readonly ScanReport[]> {
  tools.signal.throwIfAborted();
  if (scanners.length === 0) return [];
  const hashed = texts.map((text) => ({ text, hash: ScanMemo.hashOf(text) }));
  const reports: ScanReport[] = [];
  for (const scanner of scanners) reports.push(await scanAll(scanner, hashed, tools));
  return reports;
}
