import type { ToolApproval } from '../contracts/agent/agent.ts';
import type { Terminal } from '../contracts/commands/terminal.ts';

/**
 * Tools that only read run at once; the others are asked for at a terminal, and are refused where nobody can be asked
 * unless `allowAll` was given.
 */
export function approveByRisk(terminal: Terminal, options: { readonly allowAll?: boolean } = {}): ToolApproval {
  return async (tool, args, signal) => {
    if (tool.risk === 'read' || options.allowAll === true) return true;
    if (!terminal.isInteractive) return false;
    const answer = await terminal.question(`\nallow ${tool.id} ${JSON.stringify(args)}? [y/N] `, signal);
    return /^y(es)?$/i.test(answer?.trim() ?? '');
  };
}
