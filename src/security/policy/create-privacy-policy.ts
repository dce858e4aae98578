import type { Logger } from '../../contracts/plugins/logger.ts';
import type { ContentDetector } from '../../contracts/privacy/content-detector.ts';
import type { PrivacyChoices } from '../../contracts/privacy/privacy-choices.ts';
import type {
  ConsentState,
  ContentVerdict,
  PrivacyPolicy,
  PrivacyRuling,
  PrivacySubject,
  Redaction,
} from '../../contracts/privacy/privacy-policy.ts';
import type { PrivacySettings } from '../../contracts/settings/accounts-settings.ts';
import type { ContentInspector } from './content-inspector.ts';
import { isSameName, rulingsOf, strictestOf } from './rules.ts';

/** Longest that a detector may take for one text, milliseconds; ten megabytes take the built-in ones about two seconds. */
const SCAN_LIMIT_MS = 5_000;

/** What a policy is made of. */
export interface PrivacyPolicyOptions {
  readonly settings: PrivacySettings;
  readonly choices: PrivacyChoices;
  /** Those that are contributed at this moment. */
  readonly detectors: () => readonly ContentDetector[];
  readonly log: Logger;
  /** Longest that a detector may take for one text, milliseconds. */
  readonly scanLimitMs?: number;
}

/** The policy of settings, choices and detectors. Does no I/O until it is asked. */
export function createPrivacyPolicy(options: PrivacyPolicyOptions): PrivacyPolicy {
  return new SettingsPolicy(options);
}

async function loadInspector({ settings, detectors, scanLimitMs }: PrivacyPolicyOptions): Promise<ContentInspector> {
  const { ContentInspector } = await import('./content-inspector.ts');
  return new ContentInspector({ settings, detectors, limitMs: scanLimitMs ?? SCAN_LIMIT_MS });
}

class SettingsPolicy implements PrivacyPolicy {
  readonly #options: PrivacyPolicyOptions;
  /** Loaded with the first text that a cloud could get. */
  #inspector: Promise<ContentInspector> | undefined;
  #loggedFault = '';

  constructor(options: PrivacyPolicyOptions) {
    this.#options = options;
  }

  classify(subject: PrivacySubject): PrivacyRuling {
    const { rules } = this.#options.settings;
    return strictestOf([...rulingsOf(rules, subject), ...this.#chosenFor(subject)]);
  }

  async inspect(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<ContentVerdict> {
    return (await this.#inspecting()).inspect(texts, subject, signal);
  }

  async redact(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<Redaction> {
    return (await this.#inspecting()).redact(texts, subject, signal);
  }

  consent(providerId: string, project: string | undefined): ConsentState {
    if (project === undefined) return 'given';
    const answers = this.#read((choices) => choices.consents());
    if (answers instanceof Error) return 'refused';
    const about = answers.filter((each) => each.providerId === providerId && isSameName(each.project, project));
    if (about.length > 0) return about.every(({ isAllowed }) => isAllowed) ? 'given' : 'refused';
    const { firstUse } = this.#options.settings;
    if (firstUse === 'allow') return 'given';
    return firstUse === 'refuse' ? 'refused' : 'unasked';
  }

  answerConsent(providerId: string, project: string, isAllowed: boolean): void {
    this.#options.choices.setConsent(providerId, project, isAllowed);
  }

  #inspecting(): Promise<ContentInspector> {
    return (this.#inspector ??= loadInspector(this.#options));
  }

  /** What people have chosen for the project and the conversation of a call; nothing is read for a call without them. */
  #chosenFor({ project, conversationId }: PrivacySubject): PrivacyRuling[] {
    if (project === undefined && conversationId === undefined) return [];
    const classes = this.#read((choices) => choices.classes());
    if (classes instanceof Error) {
      return [{ privacy: 'local-only', rule: `the choices of privacy cannot be read: ${classes.message}` }];
    }
    return classes
      .filter(({ scope }) => {
        const actual = scope.kind === 'project' ? project : conversationId;
        return actual !== undefined && isSameName(scope.id, actual);
      })
      .map(({ scope, privacy }) => ({ privacy, rule: `class of ${scope.kind} ${scope.id} (wooster privacy)` }));
  }

  #read<T>(work: (choices: PrivacyChoices) => T): T | Error {
    try {
      return work(this.#options.choices);
    } catch (error) {
      const fault = error instanceof Error ? error : new Error(String(error));
      if (fault.message !== this.#loggedFault)
        this.#options.log.warn('choices of privacy cannot be read', { fault: fault.message });
      this.#loggedFault = fault.message;
      return fault;
    }
  }
}
