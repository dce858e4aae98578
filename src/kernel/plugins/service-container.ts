import 'reflect-metadata';
import { container as root, instanceCachingFactory, type DependencyContainer } from 'tsyringe';
import type { Token } from '../../contracts/plugins/token.ts';

/** The services of one host, by token and factory; a child sees its parent and keeps what it registers to itself. */
export interface ServiceContainer {
  has(token: Token<unknown>): boolean;
  /** The factory runs once, when the service is first asked for. */
  register<T>(token: Token<T>, factory: () => T): void;
  /** Undefined when nothing is registered. */
  resolve<T>(token: Token<T>): T | undefined;
  child(): ServiceContainer;
}

function wrap(container: DependencyContainer): ServiceContainer {
  return {
    has: (token) => container.isRegistered(token.key, true),
    register: (token, factory) => {
      container.register(token.key, { useFactory: instanceCachingFactory(factory) });
    },
    resolve: <T>(token: Token<T>) =>
      container.isRegistered(token.key, true) ? container.resolve<T>(token.key) : undefined,
    child: () => wrap(container.createChildContainer()),
  };
}

/** An empty container; the library's global one is only its parent and stays empty. */
export function createServiceContainer(): ServiceContainer {
  return wrap(root.createChildContainer());
}
