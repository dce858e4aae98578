import { z } from 'zod';

/** What the reference page and the messages know of a setting besides its type. */
interface SettingNotes {
  /** One sentence for a person. */
  readonly meaning: string;
  /** Dotted path of the setting this is another spelling of. */
  readonly sameAs?: string;
  readonly isSecret?: boolean;
  /** Default in words, where it is not a plain value of the built-in defaults. */
  readonly defaultText?: string;
}

/** Notes of every setting, by schema. */
export const SETTING_NOTES = z.registry<SettingNotes>();

/** An optional setting with its notes. */
export function setting<Schema extends z.ZodType>(
  schema: Schema,
  meaning: string,
  notes: Omit<SettingNotes, 'meaning'> = {},
): z.ZodOptional<Schema> {
  const optional = schema.optional();
  SETTING_NOTES.add(optional, { meaning, ...notes });
  return optional;
}

/** Another spelling of a setting, as files of users have it. */
export function alias<Schema extends z.ZodType>(schema: Schema, sameAs: string): z.ZodOptional<Schema> {
  return setting(schema, `The same as \`${sameAs}\`.`, { sameAs });
}

/** A duration in milliseconds, at most a day. */
export const millisecondsSchema = z.int().min(1).max(86_400_000);

/** A duration in seconds, at most a day. */
export const secondsSchema = z.number().min(0.001).max(86_400);

/** Any text but the empty one. */
export const textSchema = z.string().min(1);
