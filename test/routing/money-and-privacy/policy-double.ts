import type { ConsentState, PrivacyClass, PrivacyPolicy } from '../../../src/index.ts';

/** What a test decides of the policy, and what it then looks at. */
export interface PolicyScript {
  /** Class of every request, with its rule. */
  readonly ruled?: PrivacyClass;
  /** Word that is a finding, and what follows from it. */
  readonly word?: { readonly text: string; readonly treatment: PrivacyClass | 'redact' };
  consent?: ConsentState;
}

/** A policy in memory that knows one word. */
export function policyOf(script: PolicyScript) {
  const seen = { inspected: [] as string[][], answers: [] as boolean[] };
  const policy: PrivacyPolicy = {
    classify: () => (script.ruled === undefined ? { privacy: 'any' } : { privacy: script.ruled, rule: 'the rule' }),
    inspect: async (texts) => {
      seen.inspected.push([...texts]);
      const { word } = script;
      const count = word === undefined ? 0 : texts.filter((text) => text.includes(word.text)).length;
      if (word === undefined || count === 0) return { privacy: 'any', findings: [], mustRedact: false };
      const findings = [{ kind: 'a word', count }];
      if (word.treatment === 'redact') return { privacy: 'any', findings, mustRedact: true };
      return { privacy: word.treatment, rule: 'the detector', findings, mustRedact: false };
    },
    redact: async (texts) => {
      const text = script.word?.text ?? '';
      const restore = (answer: string): string => answer.replaceAll('<word-1>', text);
      return {
        texts: texts.map((each) => each.replaceAll(text, '<word-1>')),
        replaced: 1,
        restore,
        restorer: () => {
          let held = '';
          return {
            push: (piece) => {
              held += piece;
              return '';
            },
            end: () => restore(held),
          };
        },
      };
    },
    consent: (_provider, project) => (project === undefined ? 'given' : (script.consent ?? 'given')),
    answerConsent: (_provider, _project, isAllowed) => {
      seen.answers.push(isAllowed);
      script.consent = isAllowed ? 'given' : 'refused';
    },
  };
  return { policy, seen };
}
