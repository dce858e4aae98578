import { z } from 'zod';
import { embeddingsSchema } from './embeddings-schema.ts';
import { routingLimitsSchema } from './limits-schema.ts';
import { addressSchema, providerSchema } from './provider-schema.ts';
import { alias, millisecondsSchema, secondsSchema, setting, textSchema } from './setting.ts';

/** What happens after a failure. */
export const failoverSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether another model is tried when one fails.'),
  maxRetries: setting(
    z.int().min(0).max(10),
    'How often one target may be tried again, where the kind of failure allows it at all and no other target is well. Asking whether a model has loaded is bounded by its load limit instead.',
  ),
  failureThreshold: setting(z.int().min(1).max(1000), 'Failures in a row after which a target rests.'),
  recoverySeconds: setting(secondsSchema, 'How long a target rests the first time, seconds; doubles up to an hour.'),
  interruptedText: setting(
    z.enum(['stop', 'restart', 'continue']),
    'What becomes of a text answer that breaks off: told and left as it is, asked anew, or carried on by another model. In a tool loop the call is always asked anew.',
  ),
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
  limits: routingLimitsSchema.optional(),
  failover: failoverSchema.optional(),
  providers: z.object({ local: localSchema.optional() }).catchall(providerSchema).optional(),
});
