import { ERROR_TABLE, ProviderError } from '../../src/index.ts';
import type { ErrorCode, Provider, RoutedOperation } from '../../src/index.ts';
import { testRouter } from '../contracts/router.ts';
import type { TargetScript } from '../contracts/router.ts';
import { makeRig, scripted } from './doubles/rig.ts';

/** Every code a provider may throw that is not answered by waiting. */
const CODES = Object.values(ERROR_TABLE)
  .filter(({ sameTargetAgain, mayFallBack }) => sameTargetAgain !== 'wait' && mayFallBack !== 'never')
  .map(({ code }) => code)
  .concat('E_REJECTED', 'E_FILTERED');

function pieces(scripts: readonly TargetScript[]): RoutedOperation<string> {
  return {
    id: 'pieces',
    async *run({ id }: Provider) {
      const script = scripts[id.codePointAt(0)! - 97];
      for (let piece = 0; piece < (script?.pieces ?? 0); piece += 1) yield await Promise.resolve(`${id}${piece}`);
      if (script?.fails !== undefined) throw new ProviderError(script.fails as ErrorCode, 'as the script says');
    },
    isOutput: () => true,
  };
}

testRouter('the router of the house', CODES, (scripts) => {
  const providers = scripts.map((_, index) => {
    const id = String.fromCodePoint(97 + index);
    return scripted(id, [{ id: 'm', contextTokens: 1_000 * (index + 1) }], { priority: index, model: 'm' });
  });
  const rig = makeRig({ providers });
  return {
    router: rig.router,
    log: rig.state.decisions,
    operation: pieces(scripts),
    dispose: () => rig.router.dispose(),
  };
});
