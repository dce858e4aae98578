import { defineAction, type Action } from 'wooster';
import type { renderPrivacy } from './privacy-command.ts';
import type { PrivacyPorts } from './privacy-ports.ts';
import { argsSchema, resultSchema } from './privacy-schema.ts';

/** `privacy`: what may go where and why; answers, classes, and a look into a text. */
export function privacyAction(ports: PrivacyPorts): Action {
  // What draws is loaded with what reads, so that no other command pays for it.
  let draw: typeof renderPrivacy | undefined;
  return defineAction({
    id: 'privacy',
    summary: 'Show what may go to which cloud and why; allow, refuse, set a class, check a text',
    args: argsSchema,
    positionals: ['operation', 'what'],
    result: resultSchema,
    examples: [
      'privacy',
      'privacy set local-only --project clients',
      'privacy allow openai --project handbook',
      'privacy refuse openai --project clients',
      'privacy ask openai --project handbook',
      'privacy check "my key is ..."',
    ],
    run: async (args, context) => {
      const { renderPrivacy: draws, runPrivacy } = await import('./privacy-command.ts');
      draw = draws;
      return runPrivacy(ports, args, context);
    },
    render: (result, context) => draw?.(result, context) ?? JSON.stringify(result, undefined, 2),
  });
}
