import { defineToken } from '../plugins/token.ts';
import type { Token } from '../plugins/token.ts';
import type { PrivacyClass } from '../routing/route-request.ts';

/** What a lasting class holds for. */
export type PrivacyScope =
  { readonly kind: 'project'; readonly id: string } | { readonly kind: 'conversation'; readonly id: string };

/** A class that a person gave to a project or a conversation. */
export interface ScopedClass {
  readonly scope: PrivacyScope;
  readonly privacy: PrivacyClass;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** A person's answer to whether a cloud may get what is about a project. */
export interface CloudConsent {
  readonly providerId: string;
  readonly project: string;
  readonly isAllowed: boolean;
  /** Milliseconds since 1970. */
  readonly at: number;
}

/** What people of this workspace have chosen for good. Throws what a WorkspaceDatabase throws. */
export interface PrivacyChoices {
  classes(): readonly ScopedClass[];
  /** `undefined` takes the class back. */
  setClass(scope: PrivacyScope, privacy: PrivacyClass | undefined): void;
  consents(): readonly CloudConsent[];
  /** `undefined` forgets the answer, so that it is asked again. */
  setConsent(providerId: string, project: string, isAllowed: boolean | undefined): void;
}

/** The privacy choices of the workspace, provided by the host. */
export const PRIVACY_CHOICES: Token<PrivacyChoices> = defineToken<PrivacyChoices>('privacy-choices');
