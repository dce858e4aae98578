import type { RoutingStrategy } from '../../contracts/routing/strategy.ts';
import { SCORE_SPAN, scoreWithinLocality } from './score.ts';

/** Every local model before any cloud model. The default. */
export const localFirst: RoutingStrategy = {
  id: 'local-first',
  summary: 'models of this machine first, a permitted cloud after them',
  filters: [],
  score: (candidate, request) =>
    (candidate.model.locality.value === 'local' ? SCORE_SPAN : 0) + scoreWithinLocality(candidate, request),
};
