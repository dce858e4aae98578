import type { DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import { matchRules } from './pattern-rule.ts';
import { Breather, piecesOf } from './pieces.ts';
import { presetSpans } from './preset-spans.ts';
import { SECRET_RULES } from './secret-rules.ts';
import { joinSpans, withoutDataUrls } from './spans.ts';

/** A private key of 8,192 bits is shorter than the overlap. */
const PIECES = { length: 32_768, overlap: 8_192 };

/** Keys, tokens, private keys and passwords, by the rules of secretlint and some of our own. */
export async function findSecrets(text: string, signal: AbortSignal): Promise<readonly DetectedSpan[]> {
  const spans: DetectedSpan[] = [];
  const breather = new Breather();
  for (const piece of piecesOf(withoutDataUrls(text), PIECES)) {
    spans.push(...matchRules(SECRET_RULES, piece));
    await breather.pause(signal);
    spans.push(...(await presetSpans(piece)));
    await breather.pause(signal);
  }
  return joinSpans(spans);
}
