import { randomBytes } from 'node:crypto';
import {
  ACTIONS,
  AGENT,
  BUILT_IN_LOADERS,
  CHAT_COMMANDS,
  CLOCK,
  CONTEXT_SOURCES,
  DEMO_STEPS,
  definePlugin,
  EMBEDDINGS_FACTORY,
  EMBEDDINGS_PREPARATION,
  KNOWLEDGE_STORES,
  LOADERS,
  PROJECT_REGISTRY,
  SERVICES,
  SETTINGS,
  TOOLS,
} from 'wooster';
import { z } from 'zod';
import { projectCommand } from './agent/project-command.ts';
import { projectSource } from './agent/project-source.ts';
import { searchProjectTool } from './agent/search-project-tool.ts';
import { ingestAction } from './actions/ingest.ts';
import { documentsStep } from './demo/documents-step.ts';
import { migrateAction } from './actions/migrate.ts';
import type { ProjectPorts } from './actions/project-ports.ts';
import { projectsAction } from './actions/projects.ts';
import { reconcileAction } from './actions/reconcile.ts';
import { searchAction } from './actions/search.ts';
import { OpenStores } from './knowledge/open-stores.ts';
import { ProjectRecords } from './registry/project-records.ts';

const newId = (): string => randomBytes(4).toString('hex');

/** Projects: folders of documents that are ingested, searched and asked about. */
export const plugin = definePlugin({
  id: 'projects',
  version: '0.1.0',
  summary: 'Takes folders of documents in, and answers from them with sources.',
  config: z.strictObject({}),
  needs: [SETTINGS, CLOCK, AGENT, KNOWLEDGE_STORES, EMBEDDINGS_FACTORY, EMBEDDINGS_PREPARATION],
  provides: [PROJECT_REGISTRY],
  contributes: [
    { point: LOADERS, ids: 'dynamic' },
    { point: ACTIONS, ids: ['ingest', 'migrate', 'projects', 'reconcile', 'search'] },
    { point: TOOLS, ids: ['search_project'] },
    { point: CONTEXT_SOURCES, ids: ['project'] },
    { point: CHAT_COMMANDS, ids: ['project'] },
    { point: DEMO_STEPS, ids: ['documents'] },
    { point: SERVICES, ids: ['homecoming'] },
  ],
  activate(scope) {
    const records = new ProjectRecords(scope.workspace.projectsDirectory);
    const knowledge = () => scope.get(KNOWLEDGE_STORES);
    const stores = new OpenStores(knowledge, records);
    scope.add(stores);
    scope.provide(PROJECT_REGISTRY, records);
    const ports: ProjectPorts = {
      records,
      stores,
      knowledge,
      preparation: () => scope.get(EMBEDDINGS_PREPARATION),
      extensions: scope.extensions,
      settings: scope.get(SETTINGS),
      clock: scope.get(CLOCK),
      log: scope.log,
    };
    for (const loader of BUILT_IN_LOADERS) scope.contribute(LOADERS, loader);
    const ingest = ingestAction(ports);
    const others = [migrateAction(ports), projectsAction(ports), reconcileAction(ports), searchAction(ports)];
    for (const action of [ingest, ...others]) scope.contribute(ACTIONS, action);
    const { settings, clock, log } = ports;
    const embeddings = () => scope.get(EMBEDDINGS_FACTORY);
    scope.contribute(SERVICES, {
      id: 'homecoming',
      start: async (signal) => {
        const { Homecoming } = await import('./services/homecoming.ts');
        new Homecoming({ knowledge, embeddings, settings, clock, log }).start(signal);
      },
    });
    const { extensions, workspace } = scope;
    scope.contribute(
      DEMO_STEPS,
      documentsStep({ agent: () => scope.get(AGENT), ingest, extensions, workspace, newId }),
    );
    scope.contribute(TOOLS, searchProjectTool(stores));
    scope.contribute(CONTEXT_SOURCES, projectSource(stores));
    scope.contribute(CHAT_COMMANDS, projectCommand(records));
  },
});
