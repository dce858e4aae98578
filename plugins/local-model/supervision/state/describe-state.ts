import type { ServerState } from './server-state.ts';

function seconds(ms: number): string {
  return `${Math.max(0, Math.round(ms / 1_000))} s`;
}

/** A state in words: `starting, 3 s`. `detail` is what the server says of itself while it starts. */
export function describeState(state: ServerState, nowMs: number, detail?: string): string {
  switch (state.kind) {
    case 'starting': {
      const waited = `starting, ${seconds(nowMs - state.sinceMs)}`;
      return detail === undefined ? waited : `${waited}: ${detail}`;
    }
    case 'restarting':
      return `starting again in ${seconds(state.retryAtMs - nowMs)}, since it ${state.reason}`;
    case 'stopping':
      return state.next === 'stop' ? 'being stopped' : `being ended, since it ${state.reason}`;
    default:
      return state.kind;
  }
}
