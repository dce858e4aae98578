import { CATALOGUE, CATALOGUE_SOURCES, CLOCK, EMBEDDERS, type PluginScope } from 'wooster';
import { z } from 'zod';
import { CHAT_WEIGHTS } from '../catalogue/chat-weights.ts';
import { EMBEDDER_WEIGHTS } from '../catalogue/embedder-weights.ts';
import { LOCAL_EMBEDDERS } from '../catalogue/embedders.ts';
import { configuredEntries, configuredEntrySchema } from '../catalogue/models/configured-entries.ts';
import { LOCAL_CATALOGUE } from '../catalogue/models/local-catalogue.ts';
import { EMBEDDED_WEIGHTS } from '../catalogue/weights-catalogue.ts';

/** `plugins.local-model`: what a person knows of models, which wins over the catalogue and the servers. */
export const localModelSchema = z.strictObject({ catalogue: z.array(configuredEntrySchema).default([]) });

/** The plugin's own settings. */
export type LocalModelSettings = z.output<typeof localModelSchema>;

/** What is publicly known of models, and what the person knows better. */
export function contributeKnowledge(scope: PluginScope<LocalModelSettings>): void {
  for (const weights of [...CHAT_WEIGHTS, ...EMBEDDER_WEIGHTS]) scope.contribute(EMBEDDED_WEIGHTS, weights);
  for (const embedder of LOCAL_EMBEDDERS) scope.contribute(EMBEDDERS, embedder);
  scope.contribute(CATALOGUE_SOURCES, LOCAL_CATALOGUE);
  const own = configuredEntries(scope.config.catalogue, scope.get(CLOCK).now());
  for (const entry of own) scope.contribute(CATALOGUE, entry);
}
