import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import { accountSpans, addressSpans, phoneSpans } from './numbered-spans.ts';
import { matchRules } from './pattern-rule.ts';
import { PERSONAL_RULES } from './personal-rules.ts';
import { Breather, piecesOf } from './pieces.ts';
import { joinSpans, withoutDataUrls } from './spans.ts';

/** No form of personal data here is longer than the overlap. */
const PIECES = { length: 16_384, overlap: 512 };

/** Personal data that has a form of its own; names, places and what is told in words are not found. */
export async function findPersonalData(text: string, signal: AbortSignal): Promise<readonly DetectedSpan[]> {
  const spans: DetectedSpan[] = [];
  const breather = new Breather();
  const pause = (): Promise<void> => breather.pause(signal);
  for (const piece of piecesOf(withoutDataUrls(text), PIECES)) {
    spans.push(...matchRules(PERSONAL_RULES, piece), ...addressSpans(piece));
    await pause();
    spans.push(...(await accountSpans(piece)), ...(await phoneSpans(piece, pause)));
    await pause();
  }
  return joinSpans(spans);
}
