import type { EnvironmentName } from './environment-name.ts';

/** Names that choose among models. */
export const ROUTING_NAMES: readonly EnvironmentName[] = [
  {
    name: 'LLM_STRATEGY',
    form: 'text',
    path: 'routing.strategy',
    meaning: 'How models are ranked; old names are understood.',
  },
  {
    name: 'LLM_DEFAULT_PROVIDER',
    form: 'text',
    path: 'routing.defaultProvider',
    meaning: 'Provider that is tried first; `local` means local-only.',
  },
  {
    name: 'LLM_FALLBACK_ORDER',
    form: 'list',
    path: 'routing.fallbackOrder',
    meaning: 'Provider ids, separated by commas, in the order in which they are tried; permits nothing.',
  },
  {
    name: 'LLM_FAILOVER_ENABLED',
    form: 'boolean',
    path: 'routing.failover.enabled',
    meaning: 'Whether another model is tried when one fails.',
  },
  {
    name: 'LOCALMLX_FALLBACK_TO_OPENAI',
    form: 'boolean',
    meaning: '`true` permits the provider `openai`, and no other cloud; `false` forbids it.',
  },
];
