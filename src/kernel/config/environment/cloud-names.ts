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
  { name: 'ANTHROPIC_API_KEY', form: 'text', isSecret: true, isUnavailable: true, meaning: 'Key of Anthropic.' },
  { name: 'GEMINI_API_KEY', form: 'text', isSecret: true, isUnavailable: true, meaning: 'Key of Gemini.' },
  { name: 'OPENROUTER_API_KEY', form: 'text', isSecret: true, isUnavailable: true, meaning: 'Key of OpenRouter.' },
];
