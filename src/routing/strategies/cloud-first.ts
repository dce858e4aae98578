import type { RoutingStrategy } from '../../contracts/routing/strategy.ts';
import { SCORE_SPAN, scoreWithinLocality } from './score.ts';

/** Permitted cloud models first; it permits none by itself. */
export const cloudFirst: RoutingStrategy = {
  id: 'cloud-first',
  summary: 'a permitted cloud first, models of this machine after it',
  filters: [],
  score: (candidate, request) =>
    (candidate.model.locality.value === 'cloud' ? SCORE_SPAN : 0) + scoreWithinLocality(candidate, request),
};
