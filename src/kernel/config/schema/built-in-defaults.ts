import type { z } from 'zod';
import { DEFAULT_TOOL_SETTINGS } from '../../../contracts/settings/tool-settings.ts';
import type { settingsSchema } from './settings-schema.ts';

/** What holds where no layer says anything. The folder of the weights depends on the user and is added at load. */
export const BUILT_IN_DEFAULTS: z.input<typeof settingsSchema> = {
  routing: {
    strategy: 'local-first',
    privacy: 'any',
    healthCheckIntervalMs: 30_000,
    limits: {
      connectMs: 3000,
      loadMs: 180_000,
      firstTokenMs: 120_000,
      idleMs: 60_000,
      totalMs: 600_000,
      throughputWindowMs: 10_000,
    },
    failover: { enabled: true, maxRetries: 2, failureThreshold: 5, recoverySeconds: 300, interruptedText: 'stop' },
  },
  embedded: {
    enabled: true,
    model: 'qwen2.5-coder-0.5b-instruct-q4_k_m',
    contextTokens: 4096,
    gpu: 'off',
    autoDownload: true,
    hubBaseUrl: 'https://huggingface.co',
  },
  embeddings: { model: 'sentence-transformers/all-MiniLM-L6-v2' },
  knowledge: { index: 'auto' },
  discovery: { mode: 'auto' },
  lifecycle: { unloadAfterSeconds: 300 },
  generation: { streaming: true },
  privacy: { firstUse: 'ask' },
  budget: { warnAtPercent: 80, outputTokens: 4096 },
  usage: { texts: 'hash', retentionDays: 400, textRetentionDays: 30, compareWith: 'gpt-4o-mini' },
  cache: { enabled: true, mode: 'auto', ttlSeconds: 86_400, maxMiB: 64 },
  tools: { enabled: true, ...DEFAULT_TOOL_SETTINGS },
  log: { level: 'info' },
};
