import { jsonwebtoken } from '../../verifiers/jsonwebtoken.ts';
import { stockAuthorizer } from './stock-authorizer.ts';

export const handler = stockAuthorizer(jsonwebtoken);
