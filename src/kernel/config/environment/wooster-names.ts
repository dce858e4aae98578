import type { EnvironmentName } from './environment-name.ts';

/** Names of Wooster itself. */
export const WOOSTER_NAMES: readonly EnvironmentName[] = [
  {
    name: 'WOOSTER_HOME',
    form: 'text',
    meaning: 'Root of the workspace; `--home` wins over it, and `.env` is not asked for it.',
  },
  {
    name: 'WOOSTER_LOCAL_ONLY',
    form: 'boolean',
    path: 'routing.localOnly',
    meaning: '`true` sends nothing beyond your machines, whatever else is set.',
  },
  { name: 'WOOSTER_LOG_LEVEL', form: 'text', path: 'log.level', meaning: 'Least level that is written to the log.' },
  {
    name: 'WOOSTER_KNOWLEDGE_INDEX',
    form: 'text',
    path: 'knowledge.index',
    meaning: 'Kind of vector index: `auto`, `exact`, `faiss`, or one of a plugin.',
  },
  {
    name: 'WOOSTER_MAX_FILE_MIB',
    form: 'number',
    path: 'knowledge.maxFileMiB',
    meaning: 'Largest file that is ingested, MiB.',
  },
  {
    name: 'TOOLS_LOCALMLX_ENABLED',
    form: 'boolean',
    path: 'tools.enabled',
    meaning: 'Whether models are offered tools.',
  },
];
