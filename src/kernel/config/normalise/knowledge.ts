import type { KnowledgeSettings } from '../../../contracts/settings/settings.ts';
import type { Readings } from '../layers/reading.ts';

const MIB = 1024 * 1024;

/** Settings of the knowledge stores. */
export function normaliseKnowledge(readings: Readings): KnowledgeSettings {
  const maxFileMiB = readings.number('knowledge.maxFileMiB');
  return {
    index: readings.text('knowledge.index') ?? 'auto',
    maxFileBytes: maxFileMiB === undefined ? undefined : maxFileMiB * MIB,
  };
}
