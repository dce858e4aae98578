import { defineAction, type Action } from 'wooster';
import { migrateArguments } from './migration/migrate-arguments.ts';
import { migrateResult, type MigrateResult } from './migration/migrate-results.ts';
import type { ProjectPorts } from './project-ports.ts';

/** The exit code of the first store that failed. */
function exitCode(result: MigrateResult): number {
  for (const store of result.stores) if ('failure' in store) return store.failure.exitCode;
  return 0;
}

/** `migrate`: moves stores to another embedding model, and back; the model of before is searched until all is there. */
export function migrateAction(ports: ProjectPorts): Action {
  return defineAction({
    id: 'migrate',
    summary: 'Move a project, the user profile or all of them to another embedding model, and back',
    args: migrateArguments,
    positionals: ['operation'],
    result: migrateResult,
    examples: [
      'migrate --project handbook --plan',
      'migrate --project handbook --to bge-small-en-v1.5',
      'migrate --project handbook --rollback',
      'migrate --project handbook --prune',
      'migrate --all --rate 20',
      'migrate status',
    ],
    run: async (args, context) => {
      const { runMigrate } = await import('./migration/run-migrate.ts');
      return runMigrate(ports, args, context);
    },
    render: async (result, context) => {
      const { renderMigrate } = await import('./migration/words/render-migrate.ts');
      return renderMigrate(result, context);
    },
    exitCode,
  });
}
