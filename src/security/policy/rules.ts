import type { PrivacyRuling, PrivacySubject } from '../../contracts/privacy/privacy-policy.ts';
import { PRIVACY_CLASSES } from '../../contracts/routing/route-request.ts';
import type { PrivacyRuleSetting } from '../../contracts/settings/accounts-settings.ts';

function strictnessOf({ privacy }: PrivacyRuling): number {
  return PRIVACY_CLASSES.indexOf(privacy);
}

/** The strictest of some rulings, the first of equals; `any` where there is none. */
export function strictestOf(rulings: readonly PrivacyRuling[]): PrivacyRuling {
  return rulings.reduce<PrivacyRuling>(
    (strictest, ruling) => (strictnessOf(ruling) > strictnessOf(strictest) ? ruling : strictest),
    { privacy: 'any' },
  );
}

/** `config/local.json: privacy.rules[0] "clients"`. */
export function describeRule({ origin, name }: PrivacyRuleSetting): string {
  return `${origin} "${name}"`;
}

/** The rule speaks of what is in a text, so that the text must be seen. */
export function hasContentConditions({ words, pattern }: PrivacyRuleSetting): boolean {
  return words !== undefined || pattern !== undefined;
}

/** The same name in whichever form its letters are written. */
export function isSameName(left: string, right: string): boolean {
  return left.normalize('NFC') === right.normalize('NFC');
}

function matches(wanted: string | undefined, actual: string | undefined): boolean {
  return wanted === undefined || (actual !== undefined && isSameName(wanted, actual));
}

/** All conditions hold that do not speak of the text. */
export function isAbout(rule: PrivacyRuleSetting, subject: PrivacySubject): boolean {
  return (
    matches(rule.project, subject.project) &&
    matches(rule.conversation, subject.conversationId) &&
    matches(rule.task, subject.task) &&
    matches(rule.purpose, subject.purpose)
  );
}

/** What the rules without conditions on the text say of a call. */
export function rulingsOf(rules: readonly PrivacyRuleSetting[], subject: PrivacySubject): PrivacyRuling[] {
  return rules
    .filter((rule) => !hasContentConditions(rule) && isAbout(rule, subject))
    .flatMap((rule) => (rule.treatment === 'redact' ? [] : [{ privacy: rule.treatment, rule: describeRule(rule) }]));
}
