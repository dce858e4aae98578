import type { EnvironmentName } from './environment-name.ts';

const later = { form: 'text', isUnavailable: true } as const;

/** Names of what is not built in this version; they are understood and shown as such. */
export const LATER_NAMES: readonly EnvironmentName[] = [
  { ...later, name: 'API_KEY', isSecret: true, meaning: 'Key that callers of the gateway must give.' },
  { ...later, name: 'N8N_WEBHOOK_URL', meaning: 'Address of an n8n workflow.' },
  { ...later, name: 'ANYTHINGLLM_BASE_URL', meaning: 'Address of AnythingLLM.' },
  { ...later, name: 'ANYTHINGLLM_API_KEY', isSecret: true, meaning: 'Key of AnythingLLM.' },
  { ...later, name: 'WHISPER_MODEL', meaning: 'Model for speech.' },
  { ...later, name: 'COMFYUI_URL', meaning: 'Address of ComfyUI.' },
  { ...later, name: 'COMFYUI_ENDPOINT', meaning: 'Address of ComfyUI.' },
];
