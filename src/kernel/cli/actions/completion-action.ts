import { z } from 'zod';
import { ACTIONS, defineAction, type Action } from '../../../contracts/commands/action.ts';
import type { Extensions } from '../../../contracts/plugins/extension-point.ts';
import { completionScript, SHELLS } from '../completion-script.ts';

/** `wooster completion <shell>`: prints a completion script for the present commands. */
export function completionAction(extensions: Extensions): Action {
  return defineAction({
    id: 'completion',
    summary: 'Print a completion script for your shell',
    args: z.object({ shell: z.enum(SHELLS).describe('the shell that will read the script') }),
    positionals: ['shell'],
    result: z.object({ shell: z.enum(SHELLS), script: z.string() }),
    examples: ['source <(wooster completion bash)', 'source <(wooster completion zsh)'],
    async run({ shell }) {
      return { shell, script: completionScript(shell, extensions.list(ACTIONS)) };
    },
    render: ({ script }) => script,
  });
}
