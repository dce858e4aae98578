import {
  ACTIONS,
  CHAT_COMMANDS,
  CLOCK,
  CONTEXT_SOURCES,
  definePlugin,
  EMBEDDINGS_PREPARATION,
  KNOWLEDGE_STORES,
  TOOLS,
  type PluginScope,
} from 'wooster';
import { z } from 'zod';
import { profileActions } from './actions/profile-actions.ts';
import { profileCommands } from './chat/profile-commands.ts';
import { profileContext } from './profile-context.ts';
import { Profile } from './profile.ts';
import { profileTools } from './tools/profile-tools.ts';

const IDS = ['remember', 'recall', 'forget'];

function activate(scope: PluginScope): void {
  const profile = new Profile(() => scope.get(KNOWLEDGE_STORES), scope.get(CLOCK));
  scope.add(profile);
  scope.contribute(CONTEXT_SOURCES, profileContext(profile));
  for (const action of profileActions(profile, () => scope.get(EMBEDDINGS_PREPARATION)))
    scope.contribute(ACTIONS, action);
  for (const command of profileCommands(profile)) scope.contribute(CHAT_COMMANDS, command);
  for (const tool of profileTools(profile)) scope.contribute(TOOLS, tool);
}

/** What the user wants remembered: kept in a store of the user's own, told to the model in every turn. */
export const plugin = definePlugin({
  id: 'user-profile',
  version: '0.1.0',
  summary: 'Remembers what you ask it to and tells it to the model in every conversation.',
  config: z.strictObject({}),
  needs: [KNOWLEDGE_STORES, EMBEDDINGS_PREPARATION, CLOCK],
  contributes: [
    { point: ACTIONS, ids: IDS },
    { point: CHAT_COMMANDS, ids: IDS },
    { point: TOOLS, ids: IDS },
    { point: CONTEXT_SOURCES, ids: ['user-profile'] },
  ],
  activate,
});
