import { joseRemote } from '../../verifiers/jose-remote.ts';
import { stockAuthorizer } from './stock-authorizer.ts';

export const handler = stockAuthorizer(joseRemote);
