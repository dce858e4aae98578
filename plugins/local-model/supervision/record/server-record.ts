import { z } from 'zod';

const markSchema = z.object({ pid: z.int().positive(), startedAt: z.string() });

const serverRecordSchema = z.object({
  id: z.string(),
  kind: z.string(),
  /** `host:port`. */
  address: z.string(),
  /** What runs, or ran until its Wooster was killed. */
  child: markSchema
    .extend({
      /** Digest of command, environment and folder: another means that the settings have changed. */
      settingsHash: z.string(),
      startedAtMs: z.number(),
      /** Somebody is ending it on purpose. */
      isEndAsked: z.boolean(),
    })
    .optional(),
  /** Started by `wooster servers start`: it stays when nobody uses it, until it is stopped. */
  isKept: z.boolean(),
  /** The Wooster processes that use it; the last to leave ends it. */
  users: z.array(markSchema),
  lastExit: z.object({ atMs: z.number(), pid: z.number(), reason: z.string(), isAsked: z.boolean() }).optional(),
});

/** What every Wooster process of a workspace knows of one server. */
export type ServerRecord = z.output<typeof serverRecordSchema>;

/** The process of a record. */
export type RecordedChild = NonNullable<ServerRecord['child']>;

/** A record from its text; undefined for what is none, which is then as if nothing had been written. */
export function parseServerRecord(text: string): ServerRecord | undefined {
  try {
    return serverRecordSchema.parse(JSON.parse(text));
  } catch {
    return undefined;
  }
}
