import { z } from 'zod';
import { addressSchema } from './provider-schema.ts';
import { alias, setting, textSchema, unavailable } from './setting.ts';

const purposeSchema = z.strictObject({
  enabled: unavailable(z.boolean(), 'Whether texts of this purpose are embedded.'),
  model: unavailable(textSchema, 'Embedding model of this purpose.'),
  dimensions: unavailable(z.int().min(1).max(65_536), 'Length of its vectors.'),
  baseUrl: unavailable(addressSchema, 'Address of the embedding server of this purpose.'),
  serverUrl: alias(addressSchema, 'baseUrl'),
  baseURL: alias(addressSchema, 'baseUrl'),
  fallbackToCloud: setting(
    z.boolean(),
    'Permits the cloud for the embeddings of this purpose, and for nothing else; `false` in any layer forbids it.',
    { isUnavailable: true },
  ),
});

/** How texts become vectors. */
export const embeddingsSchema = z.strictObject({
  enabled: unavailable(z.boolean(), 'Whether texts are embedded at all.'),
  baseUrl: unavailable(addressSchema, 'Address of the embedding server.'),
  serverUrl: alias(addressSchema, 'embeddings.baseUrl'),
  baseURL: alias(addressSchema, 'embeddings.baseUrl'),
  port: unavailable(z.int().min(1).max(65_535), 'Port of the embedding server; replaces the port of the address.'),
  model: unavailable(textSchema, 'Embedding model of the purposes that name none.'),
  modelsDirectory: unavailable(textSchema, 'Folder of the embedding models.'),
  projects: purposeSchema.optional(),
  userProfile: purposeSchema.optional(),
});
