import type { InBandForm } from '../faults/fault-kinds.ts';
import type { Call } from '../http/call.ts';
import type { Reply } from '../http/reply.ts';
import type { World } from '../world.ts';

/** Answers one method and path. */
export type Route = (call: Call, world: World) => Reply;

/** One server's way to speak: its routes and its way to fail. */
export interface Dialect {
  /** Keyed `METHOD /path`; a path may end in `*`. HEAD is answered by GET's route. */
  routes: Record<string, Route>;
  /** Paths that need no key; `*` at the end is a prefix. */
  publicPaths: string[];
  /** This server's error body for a status. */
  failure: (call: Call, status: number, message: string) => Reply;
  unauthorized: (call: Call) => Reply;
  notFound: (call: Call) => Reply;
  badJson: (call: Call) => Reply;
  /** What a server says while its model loads: it blocks, or refuses. */
  loading: 'blocks' | ((call: Call) => Reply);
  /** How an error is told after a stream began. */
  inBandForm: (call: Call) => InBandForm;
  /** An answer before the key and the routes are looked at. */
  guard?: (call: Call, world: World) => Reply | undefined;
  /** HTTP/1.0: every reply ends by closing. */
  isOldHttp?: boolean;
}
