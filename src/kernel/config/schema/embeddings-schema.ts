import { z } from 'zod';
import { addressSchema } from './provider-schema.ts';
import { alias, setting, textSchema } from './setting.ts';

const purposeSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether texts of this purpose are embedded.', { defaultText: '`true`' }),
  model: setting(textSchema, 'Embedding model of this purpose, in any spelling that the catalogue knows.', {
    defaultText: '`embeddings.model`',
  }),
  dimensions: setting(
    z.int().min(1).max(65_536),
    'Length of its vectors; shorter than the model makes them only where it was trained for that.',
    { defaultText: "the model's own" },
  ),
  baseUrl: setting(addressSchema, 'Address of a server for this purpose alone.', {
    defaultText: '`embeddings.baseUrl`',
  }),
  apiKey: setting(textSchema, 'Key of that server, best as `${NAME}`.', { isSecret: true }),
  serverUrl: alias(addressSchema, 'baseUrl'),
  baseURL: alias(addressSchema, 'baseUrl'),
  fallbackToCloud: setting(
    z.boolean(),
    'Permits the cloud for the embeddings of this purpose, and for nothing else; `false` in any layer forbids it.',
    { defaultText: 'unset, which permits nothing' },
  ),
});

/** How texts become vectors. */
export const embeddingsSchema = z.strictObject({
  enabled: setting(z.boolean(), 'Whether texts are embedded at all.', { defaultText: '`true`' }),
  baseUrl: setting(addressSchema, 'Address of an embedding server, tried before every other that has the model.'),
  apiKey: setting(textSchema, 'Key of that server, best as `${NAME}`.', { isSecret: true }),
  declaredLocal: setting(z.boolean(), 'Declares that these servers run on machines of your own.', {
    defaultText: '`false`; `true` below `routing.providers.local`, and where only the port is named',
  }),
  serverUrl: alias(addressSchema, 'embeddings.baseUrl'),
  baseURL: alias(addressSchema, 'embeddings.baseUrl'),
  port: setting(
    z.int().min(1).max(65_535),
    'Port of the embedding server; replaces the port of the address, and alone means one on this machine.',
  ),
  model: setting(textSchema, 'Embedding model of the purposes that name none.'),
  modelsDirectory: setting(textSchema, 'Folder of the embedding models.', {
    defaultText: '`embedded.modelsDirectory`',
  }),
  projects: purposeSchema.optional(),
  userProfile: purposeSchema.optional(),
});
