import type { Terminal } from '../contracts/commands/terminal.ts';
import type { AskConsent } from '../contracts/privacy/privacy-policy.ts';

/**
 * Asks at a terminal whether a cloud may get what is about a project; the answer is remembered. Undefined where nobody
 * sits there, so that nobody's silence is taken for an answer. An empty line or the end of the input is no answer.
 */
export function askConsentAt(terminal: Terminal): AskConsent | undefined {
  if (!terminal.isInteractive) return undefined;
  return async ({ providerId, targetId, project }, signal) => {
    const question =
      `\n${providerId} (${targetId}) would get what is about the project ${project} for the first time.\n` +
      `May it? The answer is remembered; \`wooster privacy\` shows and changes it. [yes/no] `;
    const answer = (await terminal.question(question, signal))?.trim() ?? '';
    if (/^y(es)?$/i.test(answer)) return true;
    return /^no?$/i.test(answer) ? false : undefined;
  };
}
