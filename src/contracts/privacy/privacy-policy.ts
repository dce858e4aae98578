import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { PrivacyClass } from '../routing/route-request.ts';

/** What a call is about, as far as its class depends on it. */
export interface PrivacySubject {
  readonly task: string;
  readonly purpose?: string;
  readonly project?: string;
  readonly conversationId?: string;
}

/** A class and the rule that set it, for people: `config/local.json: privacy.rules[0] "clients"`. */
export interface PrivacyRuling {
  readonly privacy: PrivacyClass;
  readonly rule?: string;
}

/** What was detected, without the content. */
export interface ContentFinding {
  readonly kind: string;
  readonly count: number;
}

/** What the content of a call means for where it may go. */
export interface ContentVerdict extends PrivacyRuling {
  readonly findings: readonly ContentFinding[];
  /** Some of it must be replaced before a cloud gets the rest. */
  readonly mustRedact: boolean;
}

/** Whether a cloud may get what is about a project. `given` also where nobody has to be asked. */
export type ConsentState = 'given' | 'unasked' | 'refused';

/** Puts back in an answer what was replaced in its question; a placeholder may be cut anywhere between two pieces. */
export interface TextRestorer {
  /** What of the text so far can be given out. */
  push(piece: string): string;
  /** The rest. */
  end(): string;
}

/** Texts with their findings replaced by placeholders; equal findings have equal placeholders throughout. */
export interface Redaction {
  readonly texts: readonly string[];
  readonly replaced: number;
  /** The originals put back in a whole text. */
  restore(text: string): string;
  restorer(): TextRestorer;
}

/** Decides how far content may go. Fails closed: what cannot be read or looked at is local-only. */
export interface PrivacyPolicy {
  /** The strictest class of the rules and of the choices for project and conversation; `any` where none speaks of it. */
  classify(subject: PrivacySubject): PrivacyRuling;
  /** Looks into the texts of a call; asked only where a cloud could get them. */
  inspect(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<ContentVerdict>;
  redact(texts: readonly string[], subject: PrivacySubject, signal: AbortSignal): Promise<Redaction>;
  /** `given` for a call that is about no project. */
  consent(providerId: string, project: string | undefined): ConsentState;
  /** Remembers an answer for good. */
  answerConsent(providerId: string, project: string, isAllowed: boolean): void;
}

/** The privacy policy of the workspace, provided by the host. */
export const PRIVACY_POLICY: Token<PrivacyPolicy> = defineToken<PrivacyPolicy>('privacy-policy');

/** Asks the person whether a cloud may get what is about a project; undefined where nobody can answer now. */
export type AskConsent = (
  request: { readonly providerId: string; readonly targetId: string; readonly project: string },
  signal: AbortSignal,
) => Promise<boolean | undefined>;
