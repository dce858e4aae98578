import type { ContentDetector } from '../../contracts/privacy/content-detector.ts';

/** Keys, tokens, private keys and passwords: a call that holds one stays on the machine unless a setting says otherwise. */
export const SECRETS_DETECTOR: ContentDetector = Object.freeze({
  id: 'secrets',
  summary: 'keys, tokens, private keys and passwords',
  treatment: 'local-only',
  async detect(text, signal) {
    const { findSecrets } = await import('./find-secrets.ts');
    return findSecrets(text, signal);
  },
} satisfies ContentDetector);

/** Personal data with a form of its own: off until a setting says what becomes of it. */
export const PERSONAL_DATA_DETECTOR: ContentDetector = Object.freeze({
  id: 'personal-data',
  summary: 'e-mail and IP addresses; phone, card, bank account and identity numbers',
  treatment: 'off',
  async detect(text, signal) {
    const { findPersonalData } = await import('./find-personal-data.ts');
    return findPersonalData(text, signal);
  },
} satisfies ContentDetector);

/** The detectors of the house, which the host contributes, so that they hold whatever plugins are on; what they need is loaded with the first text. */
export const BUILT_IN_DETECTORS: readonly ContentDetector[] = [SECRETS_DETECTOR, PERSONAL_DATA_DETECTOR];
