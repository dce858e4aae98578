import type { z } from 'zod';
import { defineExtensionPoint } from '../plugins/extension-point.ts';
import type { ExtensionPoint } from '../plugins/extension-point.ts';
import type { Logger } from '../plugins/logger.ts';
import type { Principal } from '../plugins/principal.ts';

/** What a route handler is given. */
export interface RouteHandlerContext {
  readonly principal: Principal;
  readonly signal: AbortSignal;
  readonly log: Logger;
}

/** One HTTP route on web-standard requests; served when a gateway plugin is present. */
export interface Route {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Path with `:name` parameters. */
  readonly path: string;
  readonly auth: 'none' | 'key';
  /** Schema of the JSON body, when there is one. */
  readonly schema?: z.ZodType;
  handle(request: Request, context: RouteHandlerContext): Promise<Response>;
}

/** Routes of plugins. */
export const ROUTES: ExtensionPoint<Route> = defineExtensionPoint<Route>({
  id: 'routes',
  summary: 'HTTP routes, served when a gateway is present',
  idOf: (route) => `${route.method} ${route.path}`,
});
