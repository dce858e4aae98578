import { CATALOGUE, definePlugin, EMBEDDERS, PROVIDERS } from 'wooster';
import { z } from 'zod';
import {
  ANTHROPIC_CATALOGUE,
  GEMINI_CATALOGUE,
  GEMINI_EMBEDDERS,
  OPENAI_CATALOGUE,
  OPENAI_EMBEDDERS,
} from './common/cloud-catalogue.ts';
import { anthropic, gemini, openai, openrouter } from './clouds.ts';

const CLOUDS = [openai, anthropic, gemini, openrouter];
const CATALOGUES = [...OPENAI_CATALOGUE, ...ANTHROPIC_CATALOGUE, ...GEMINI_CATALOGUE];
const ALL_EMBEDDERS = [...OPENAI_EMBEDDERS, ...GEMINI_EMBEDDERS];

/** Clouds behind the provider contract. Having it on permits nothing: a cloud is used only where a setting allows it. */
export const plugin = definePlugin({
  id: 'cloud-models',
  version: '0.1.0',
  summary: 'Models of clouds, used only where a setting allows it.',
  config: z.strictObject({}),
  contributes: [
    { point: PROVIDERS, ids: CLOUDS.map(({ id }) => id) },
    { point: CATALOGUE, ids: CATALOGUES.map(({ id }) => id) },
    { point: EMBEDDERS, ids: ALL_EMBEDDERS.map(({ id }) => id) },
  ],
  activate(scope) {
    for (const cloud of CLOUDS) scope.contribute(PROVIDERS, cloud);
    for (const entry of CATALOGUES) scope.contribute(CATALOGUE, entry);
    for (const embedder of ALL_EMBEDDERS) scope.contribute(EMBEDDERS, embedder);
  },
});
