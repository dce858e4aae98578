import type { ContentDetector, DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import { matchRules } from './pattern-rule.ts';
import { Breather, piecesOf } from './pieces.ts';
import { presetSpans } from './preset-spans.ts';
import { SECRET_RULES } from './secret-rules.ts';
import { joinSpans, withoutDataUrls } from './spans.ts';

/** A private key of 8,192 bits is shorter than the overlap. */
const PIECES = { length: 32_768, overlap: 8_192 };

/** Finds keys, tokens, private keys and passwords, with the rules of secretlint and some of our own. */
export const SECRETS_DETECTOR: ContentDetector = Object.freeze({
  id: 'secrets',
  summary: 'keys, tokens, private keys and passwords',
  treatment: 'local-only',
  async detect(text, signal) {
    const spans: DetectedSpan[] = [];
    const breather = new Breather();
    for (const piece of piecesOf(withoutDataUrls(text), PIECES)) {
      spans.push(...matchRules(SECRET_RULES, piece));
      await breather.pause(signal);
      spans.push(...(await presetSpans(piece)));
      await breather.pause(signal);
    }
    return joinSpans(spans);
  },
} satisfies ContentDetector);
