import type { EnvironmentName } from './environment-name.ts';

/** Names of clouds. A key is never a permission. */
export const CLOUD_NAMES: readonly EnvironmentName[] = [
  { name: 'OPENAI_API_KEY', form: 'text', path: 'providers.openai.apiKey', isSecret: true, meaning: 'Key of OpenAI.' },
  {
    name: 'OPENAI_BASE_URL',
    form: 'text',
    path: 'providers.openai.baseUrl',
    meaning: 'Address that is used for OpenAI.',
  },
  {
    name: 'ANTHROPIC_API_KEY',
    form: 'text',
    path: 'providers.anthropic.apiKey',
    isSecret: true,
    meaning: 'Key of Anthropic, also for an entry of another name (`claude`).',
  },
  { name: 'GEMINI_API_KEY', form: 'text', path: 'providers.gemini.apiKey', isSecret: true, meaning: 'Key of Gemini.' },
  {
    name: 'GOOGLE_API_KEY',
    form: 'text',
    path: 'providers.gemini.apiKey',
    isSecret: true,
    meaning: 'The same; `GEMINI_API_KEY` wins over it.',
  },
  {
    name: 'OPENROUTER_API_KEY',
    form: 'text',
    path: 'providers.openrouter.apiKey',
    isSecret: true,
    meaning: 'Key of OpenRouter.',
  },
];
