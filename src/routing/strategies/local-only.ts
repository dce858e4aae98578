import type { RoutingStrategy } from '../../contracts/routing/strategy.ts';
import { privacyFilter } from '../filters/privacy.ts';
import { localFirst } from './local-first.ts';

/** `local-first` with the class that has no cloud candidate. */
export const localOnly: RoutingStrategy = {
  id: 'local-only',
  summary: 'only models of this machine',
  filters: [privacyFilter],
  privacy: 'local-only',
  score: (candidate, request) => localFirst.score(candidate, request),
};
