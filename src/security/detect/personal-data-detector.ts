import type { ContentDetector, DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import { accountSpans, addressSpans, phoneSpans } from './numbered-spans.ts';
import { matchRules } from './pattern-rule.ts';
import { PERSONAL_RULES } from './personal-rules.ts';
import { Breather, piecesOf } from './pieces.ts';
import { joinSpans, withoutDataUrls } from './spans.ts';

/** No form of personal data here is longer than the overlap. */
const PIECES = { length: 16_384, overlap: 512 };

/** Finds personal data that has a form of its own; names, places and what is told in words are not found. */
export const PERSONAL_DATA_DETECTOR: ContentDetector = Object.freeze({
  id: 'personal-data',
  summary: 'e-mail and IP addresses, phone, card, account and identity numbers',
  treatment: 'off',
  async detect(text, signal) {
    const spans: DetectedSpan[] = [];
    const breather = new Breather();
    for (const piece of piecesOf(withoutDataUrls(text), PIECES)) {
      spans.push(...matchRules(PERSONAL_RULES, piece), ...addressSpans(piece));
      await breather.pause(signal);
      spans.push(...(await accountSpans(piece)), ...(await phoneSpans(piece)));
      await breather.pause(signal);
    }
    return joinSpans(spans);
  },
} satisfies ContentDetector);
