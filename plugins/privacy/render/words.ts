import type { PrivacyClass } from 'wooster';
import type { PrivacyReport, ProviderRow } from '../privacy-schema.ts';

const CLASSES: Readonly<Record<PrivacyClass, string>> = {
  any: 'wherever a setting permits',
  'no-training': 'no further than to clouds that do not train on it',
  'local-only': 'to local models only',
};

/** How far a class lets content go. */
export function describeClass(privacy: PrivacyClass): string {
  return CLASSES[privacy];
}

const TREATMENTS: Readonly<Record<PrivacyReport['rules'][number]['treatment'], string>> = {
  off: 'not looked for',
  redact: 'replaced for clouds',
  'no-training': 'no-training',
  'local-only': 'stays local',
};

/** What becomes of content, in a few words. */
export function describeTreatment(treatment: PrivacyReport['rules'][number]['treatment']): string {
  return TREATMENTS[treatment];
}

const RECEIVES: Readonly<Record<ProviderRow['receives'], string>> = {
  nothing: 'nothing',
  anything: 'anything',
  any: 'only class any',
  'any-or-no-training': 'all but local-only',
};

/** What a provider may receive, in a few words. */
export function describeReceived({ receives, only }: ProviderRow): string {
  return receives === 'nothing' || only.length === 0 ? RECEIVES[receives] : `${RECEIVES[receives]}: ${only.join(', ')}`;
}

/** A day and a time of this machine, in a form that sorts. */
export function describeTime(time: number): string {
  const date = new Date(time - new Date(time).getTimezoneOffset() * 60_000);
  return date.toISOString().slice(0, 16).replace('T', ' ');
}
