import { z } from 'zod';
import { embeddingsSchema } from './embeddings-schema.ts';
import { addressSchema, providerSchema } from './provider-schema.ts';
import { alias, millisecondsSchema, secondsSchema, setting, textSchema, unavailable } from './setting.ts';

const limitsSchema = z.strictObject({
  connectMs: setting(millisecondsSchema, 'Limit for the connection to stand, milliseconds.'),
  loadMs: setting(millisecondsSchema, 'Limit for a model to load, milliseconds.'),
  firstTokenMs: setting(millisecondsSchema, 'Limit until the first token, milliseconds.'),
  idleMs: setting(millisecondsSchema, 'Limit between two tokens, milliseconds.'),
  totalMs: setting(millisecondsSchema, 'Limit of a whole attempt, milliseconds.'),
});

/** What happens after a failure. */
export const failoverSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether another model is tried when one fails.'),
  maxRetries: setting(z.int().min(0).max(10), 'How often one target may be tried again.'),
  failureThreshold: unavailable(z.int().min(1).max(1000), 'Failures in a row after which a target rests.'),
  recoverySeconds: unavailable(secondsSchema, 'How long a target rests, seconds.'),
  retry_on_error: setting(z.boolean(), '`false` is the same as `routing.failover.maxRetries: 0`.', {
    sameAs: 'routing.failover.maxRetries',
  }),
  max_retries: alias(z.int().min(0).max(10), 'routing.failover.maxRetries'),
  circuit_breaker: z
    .strictObject({
      failure_threshold: alias(z.int().min(1).max(1000), 'routing.failover.failureThreshold'),
      recovery_timeout: alias(secondsSchema, 'routing.failover.recoverySeconds'),
    })
    .optional(),
});

/** The local server in both shapes users have: `serverUrl` + `models`, and `chat.baseURL` + `chat.model`. */
const localSchema = providerSchema.extend({
  healthCheckInterval: alias(millisecondsSchema, 'routing.healthCheckIntervalMs'),
  models: z
    .strictObject({
      chat: alias(textSchema, 'providers.local.model'),
      embedding: alias(textSchema, 'embeddings.model'),
    })
    .optional(),
  chat: z
    .strictObject({
      baseURL: alias(addressSchema, 'providers.local.baseUrl'),
      baseUrl: alias(addressSchema, 'providers.local.baseUrl'),
      model: alias(textSchema, 'providers.local.model'),
    })
    .optional(),
  embeddings: embeddingsSchema.optional(),
});

/** How models are chosen. */
export const routingSchema = z.strictObject({
  strategy: setting(
    textSchema,
    'How models are ranked: `local-first`, `cloud-first`, `local-only`, or one of a plugin.',
  ),
  privacy: setting(
    z.enum(['local-only', 'no-training', 'any']),
    'How far content may go; the strictest of all layers holds.',
  ),
  localOnly: setting(z.boolean(), 'Nothing is sent beyond your machines; `true` in any layer holds.'),
  cloud: z
    .strictObject({
      allow: setting(z.boolean(), 'Permits every configured cloud; `false` in any layer forbids all of them.', {
        defaultText: 'unset, which permits nothing',
      }),
    })
    .optional(),
  defaultProvider: setting(textSchema, 'Provider that is tried first; `local` means local-only, for chat too.'),
  fallbackOrder: setting(z.array(textSchema), 'Provider ids in the order in which they are tried; permits nothing.'),
  healthCheckIntervalMs: setting(millisecondsSchema, 'Time between two looks at a target, milliseconds.'),
  limits: limitsSchema.optional(),
  failover: failoverSchema.optional(),
  providers: z.object({ local: localSchema.optional() }).catchall(providerSchema).optional(),
});
