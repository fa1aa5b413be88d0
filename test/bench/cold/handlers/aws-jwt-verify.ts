import { awsJwtVerify } from '../../verifiers/aws-jwt-verify.ts';
import { stockAuthorizer } from './stock-authorizer.ts';

export const handler = stockAuthorizer(awsJwtVerify);
