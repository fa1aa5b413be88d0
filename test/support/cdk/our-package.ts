/** Loaded before an app of `examples/` (`node --import`): lets `bearer-authorizer` be the library of this clone, as it is before it is packed. */
import { registerHooks } from 'node:module';

const library = new URL('../../../infra/library.ts', import.meta.url).href;

registerHooks({
  resolve: (specifier, context, next) => next(specifier === 'bearer-authorizer' ? library : specifier, context),
});
