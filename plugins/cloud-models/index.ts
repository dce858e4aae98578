import { CATALOGUE, definePlugin, EMBEDDERS, PROVIDERS } from 'wooster';
import { z } from 'zod';
import { OPENAI_CATALOGUE } from './openai/openai-catalogue.ts';
import { OPENAI_EMBEDDERS } from './openai/openai-embedders.ts';
import { openai } from './openai/openai-provider.ts';

/** Clouds behind the provider contract. Having it on permits nothing: a cloud is used only where a setting allows it. */
export const plugin = definePlugin({
  id: 'cloud-models',
  version: '0.1.0',
  summary: 'Models of clouds, used only where a setting allows it.',
  config: z.strictObject({}),
  contributes: [
    { point: PROVIDERS, ids: ['openai'] },
    { point: CATALOGUE, ids: OPENAI_CATALOGUE.map(({ id }) => id) },
    { point: EMBEDDERS, ids: OPENAI_EMBEDDERS.map(({ id }) => id) },
  ],
  activate(scope) {
    scope.contribute(PROVIDERS, openai);
    for (const entry of OPENAI_CATALOGUE) scope.contribute(CATALOGUE, entry);
    for (const embedder of OPENAI_EMBEDDERS) scope.contribute(EMBEDDERS, embedder);
  },
});
