import { describeUsd, UsageError, type ActionContext } from 'wooster';

/** `free`, `$0.0123`, `unknown`. */
export function priceOf(usd: number | undefined): string {
  if (usd === undefined) return 'unknown';
  return usd === 0 ? 'free' : `$${describeUsd(usd)}`;
}

/** True after a yes; UsageError, with the line that says yes, where nobody can be asked. */
export async function askFirst(
  { terminal, signal }: ActionContext,
  { question, why, command }: { readonly question: string; readonly why: string; readonly command: string },
): Promise<boolean> {
  if (!terminal.isInteractive) throw new UsageError(`${why} needs a yes: ${command} --yes`);
  const answer = await terminal.question(`${question} [y/N] `, signal);
  return /^y(es)?$/i.test(answer?.trim() ?? '');
}
