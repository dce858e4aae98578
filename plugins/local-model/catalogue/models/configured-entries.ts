import { catalogueEntrySchema, type CatalogueEntry } from 'wooster';
import { z } from 'zod';

const { grade, date } = catalogueEntrySchema.shape.quality.unwrap().shape;

/** An entry that a person writes (`plugins.local-model.catalogue`): what is known of it is theirs, so no source is asked for. */
export const configuredEntrySchema = catalogueEntrySchema.omit({ isConfigured: true }).extend({
  source: z.string().min(1).default('your settings'),
  date: date.optional(),
  quality: z
    .strictObject({ grade, source: z.string().min(1).default('your settings'), date: date.optional() })
    .optional(),
});

/** Their entries as the catalogue takes them, dated today where they have no date; they win over all others. */
export function configuredEntries(
  entries: readonly z.output<typeof configuredEntrySchema>[],
  now: number,
): readonly CatalogueEntry[] {
  const today = new Date(now).toISOString().slice(0, 10);
  return entries.map(({ quality, ...entry }) => ({
    ...entry,
    id: `settings:${entry.id}`,
    matches: entry.matches.map((name) => name.toLowerCase()),
    date: entry.date ?? today,
    isConfigured: true,
    ...(quality && { quality: { ...quality, date: quality.date ?? today } }),
  }));
}
