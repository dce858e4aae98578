import { createPrivacyPolicy, type PrivacyPolicyOptions } from '../../../src/security/policy/create-privacy-policy.ts';
import type {
  CloudConsent,
  ContentDetector,
  PrivacyChoices,
  PrivacyPolicy,
  PrivacyRuleSetting,
  PrivacySettings,
  ScopedClass,
} from '../../../src/index.ts';
import { keepingLogger } from '../../kernel/plugins/plugin-doubles.ts';

/** Choices in memory, which fail as long as `fault` is set. */
export interface ChoicesDouble extends PrivacyChoices {
  fault?: Error;
  readonly kept: { classes: ScopedClass[]; consents: CloudConsent[] };
}

/** Makes choices in memory. */
export function createChoicesDouble(): ChoicesDouble {
  const kept: ChoicesDouble['kept'] = { classes: [], consents: [] };
  const double: ChoicesDouble = {
    kept,
    classes: () => whole(kept.classes),
    consents: () => whole(kept.consents),
    setClass: (scope, privacy) => {
      kept.classes = kept.classes.filter((each) => each.scope.kind !== scope.kind || each.scope.id !== scope.id);
      if (privacy !== undefined) kept.classes.push({ scope, privacy, at: 1 });
    },
    setConsent: (providerId, project, isAllowed) => {
      kept.consents = kept.consents.filter((each) => each.providerId !== providerId || each.project !== project);
      if (isAllowed !== undefined) kept.consents.push({ providerId, project, isAllowed, at: 1 });
    },
  };
  function whole<T>(value: T): T {
    if (double.fault !== undefined) throw double.fault;
    return value;
  }
  return double;
}

/** A rule, with the origin that settings give it. */
export function rule(fields: Partial<PrivacyRuleSetting>, index = 0): PrivacyRuleSetting {
  return { name: 'mine', treatment: 'local-only', origin: `config/local.json: privacy.rules[${index}]`, ...fields };
}

/** A detector that finds a word and counts how often it was asked. */
export function wordDetector(word: string, fields: Partial<ContentDetector> = {}): ContentDetector & { asked: number } {
  const detector = {
    id: 'words',
    summary: `finds ${word}`,
    treatment: 'local-only' as const,
    asked: 0,
    detect: async (text: string) => {
      detector.asked += 1;
      return [...text.matchAll(new RegExp(word, 'g'))].map(({ index }) => ({
        kind: 'a word',
        start: index,
        end: index + word.length,
      }));
    },
    ...fields,
  };
  return detector;
}

/** A policy with its choices and its log. */
export function makePolicy(
  settings: Partial<PrivacySettings> = {},
  detectors: readonly ContentDetector[] = [],
  options: Partial<PrivacyPolicyOptions> = {},
): { policy: PrivacyPolicy; choices: ChoicesDouble; log: ReturnType<typeof keepingLogger> } {
  const choices = createChoicesDouble();
  const log = keepingLogger();
  const policy = createPrivacyPolicy({
    settings: { detect: {}, firstUse: 'ask', rules: [], ...settings },
    choices,
    detectors: () => detectors,
    log,
    ...options,
  });
  return { policy, choices, log };
}
