import { openAIDialect } from '../../client/dialects/openai-dialect.ts';
import { lazyLifecycle } from '../../lifecycle/lazy-lifecycle.ts';
import { ENGINE_QUIRKS } from '../server/engine-quirks.ts';
import { definePreset } from '../server/preset.ts';

/** LocalAI: many back ends behind the OpenAI wire. It imitates Ollama too, which its fingerprint sees through. */
export const localai = definePreset({
  id: 'localai',
  title: 'LocalAI',
  engine: 'localai',
  locality: 'local',
  defaultBaseUrl: 'http://127.0.0.1:8080',
  knownEnv: ['LOCALAI_BASE_URL', 'LOCALAI_API_KEY'],
  dialect: openAIDialect,
  quirks: ENGINE_QUIRKS.localai,
  startHint: 'start it with "local-ai run"',
  pullHint: (model) => `install it with "local-ai models install ${model}"`,
  hasStrictModelNames: true,
  lifecycle: lazyLifecycle(
    ['load', 'unload', 'loaded', 'pull'],
    async () => (await import('../../lifecycle/engines/localai-lifecycle.ts')).localaiLifecycle,
    { evictionRemedy: 'start LocalAI with a larger --max-active-backends' },
  ),
});
