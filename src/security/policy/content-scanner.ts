import type { ContentDetector, ContentTreatment, DetectedSpan } from '../../contracts/privacy/content-detector.ts';
import type { PrivacySubject } from '../../contracts/privacy/privacy-policy.ts';
import type { PrivacyRuleSetting, PrivacySettings } from '../../contracts/settings/accounts-settings.ts';
import { Breather, piecesOf } from '../detect/pieces.ts';
import { matchWithin } from './match-within.ts';
import { describeRule, hasContentConditions, isAbout } from './rules.ts';
import { wordPattern } from './word-pattern.ts';

/** One thing that is looked for in content, and what follows. */
export interface ContentScanner {
  /** For people: `detector secrets`, or the rule. */
  readonly title: string;
  /** What makes it follow, for people. */
  readonly setting: string;
  readonly treatment: Exclude<ContentTreatment, 'off'>;
  /** Placeholders bear a general name: the name of a rule may itself tell too much. */
  readonly hasPrivateKinds: boolean;
  /** Kinds that must all be found in the texts of a call, in any of them; otherwise nothing counts. */
  readonly conditions: readonly string[];
  scan(text: string, signal: AbortSignal): Promise<readonly DetectedSpan[]>;
}

/** What is longer than the overlap and crosses a piece of a long text may be missed. */
const PIECES = { length: 65_536, overlap: 8_192 };

/** A sound expression takes a millisecond; the rest is for a machine that is busy. */
const PATTERN_LIMIT_MS = 100;

/** The conditions of a rule on texts: the kind of their spans, and their expression, made when it is first needed. */
function conditionsOf({ name, words, pattern }: PrivacyRuleSetting): readonly (readonly [string, () => RegExp])[] {
  const kind = `rule "${name}"`;
  const hasBoth = words !== undefined && pattern !== undefined;
  return [
    ...(words === undefined ? [] : [[hasBoth ? `${kind}: words` : kind, () => wordPattern(words)] as const]),
    ...(pattern === undefined
      ? []
      : [[hasBoth ? `${kind}: pattern` : kind, () => new RegExp(pattern, 'giu')] as const]),
  ];
}

function ruleScanner(rule: PrivacyRuleSetting): ContentScanner {
  const conditions = conditionsOf(rule);
  let made: readonly (readonly [string, RegExp])[] | undefined;
  return {
    title: describeRule(rule),
    setting: describeRule(rule),
    treatment: rule.treatment,
    hasPrivateKinds: true,
    conditions: conditions.map(([kind]) => kind),
    async scan(text, signal) {
      made ??= conditions.map(([kind, make]) => [kind, make()] as const);
      const spans: DetectedSpan[] = [];
      const breather = new Breather();
      for (const piece of piecesOf(text, PIECES)) {
        for (const [kind, pattern] of made) {
          for (const { start, end } of matchWithin(pattern, piece.text, PATTERN_LIMIT_MS))
            spans.push({ kind, start: piece.start + start, end: piece.start + end });
          await breather.pause(signal);
        }
      }
      return spans;
    },
  };
}

function detectorScanner(detector: ContentDetector, treatment: Exclude<ContentTreatment, 'off'>): ContentScanner {
  return {
    title: `detector ${detector.id}`,
    setting: `privacy.detect.${detector.id}: ${treatment}`,
    treatment,
    hasPrivateKinds: false,
    conditions: [],
    scan: (text, signal) => detector.detect(text, signal),
  };
}

/** Makes the scanners of calls; each rule and each detector has one for good, so that what it found can be remembered. */
export class ContentScanners {
  readonly #settings: PrivacySettings;
  readonly #detectors: () => readonly ContentDetector[];
  readonly #ofRules: readonly (readonly [PrivacyRuleSetting, ContentScanner])[];
  readonly #ofDetectors = new WeakMap<ContentDetector, ContentScanner>();

  constructor(settings: PrivacySettings, detectors: () => readonly ContentDetector[]) {
    this.#settings = settings;
    this.#detectors = detectors;
    this.#ofRules = settings.rules
      .filter(hasContentConditions)
      .map((rule): readonly [PrivacyRuleSetting, ContentScanner] => [rule, ruleScanner(rule)]);
  }

  /** What holds for a call. */
  for(subject: PrivacySubject): readonly ContentScanner[] {
    const rules = this.#ofRules.filter(([rule]) => isAbout(rule, subject)).map(([, scanner]) => scanner);
    return [...rules, ...this.#detectors().flatMap((detector) => this.#ofDetector(detector))];
  }

  #ofDetector(detector: ContentDetector): ContentScanner[] {
    const treatment = this.#settings.detect[detector.id] ?? detector.treatment;
    if (treatment === 'off') return [];
    const known = this.#ofDetectors.get(detector);
    if (known !== undefined) return [known];
    const scanner = detectorScanner(detector, treatment);
    this.#ofDetectors.set(detector, scanner);
    return [scanner];
  }
}
