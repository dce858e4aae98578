import type { RouteRequest } from '../../contracts/routing/route-request.ts';
import type { Candidate, RouteFilter } from '../../contracts/routing/strategy.ts';

type Scope = Pick<Candidate, 'tasks' | 'purposes'>;
type Wish = Pick<RouteRequest, 'task' | 'purpose'>;

function whyNot({ tasks, purposes }: Scope, { task, purpose }: Wish): string | undefined {
  if (tasks !== undefined && !tasks.includes(task)) return `is only for ${tasks.join(', ')}`;
  if (purposes === undefined || (purpose !== undefined && purposes.includes(purpose))) return undefined;
  return `is only for the texts of ${purposes.join(', ')}`;
}

/** Whether an entry was configured for such a call; one without tasks and purposes is for all. */
export function doesServe(scope: Scope, wish: Wish): boolean {
  return whyNot(scope, wish) === undefined;
}

/**
 * Keeps an entry that was configured for certain tasks, or for the texts of certain purposes, to those. The decision
 * applies it always: the address of one purpose must not get the texts of another.
 */
export const taskFilter: RouteFilter = {
  id: 'task',
  reject: (candidate, request) => {
    const text = whyNot(candidate, request);
    return text === undefined ? undefined : { filter: 'task', text };
  },
};
