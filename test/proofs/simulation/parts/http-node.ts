import type { FlushedHttpStage } from '../../../../lambda/configuration/environment.ts';
import { HTTP_IDENTITY_SOURCES } from '../../../../lambda/event/http-api.ts';
import { DEFAULT_STAGE, type HttpApi } from '../../../../local/gateway/http-api/http-api.ts';
import { httpGateway } from '../../../../local/gateway/http-api/http-gateway.ts';
import { parseHttpIdentitySource } from '../../../../local/gateway/http-api/identity-source.ts';
import {
  AUTHORIZER_ID,
  apiArn,
  BACKEND,
  dependenciesOf,
  type GatewayNode,
  type NodeParts,
  ROUTES,
  senderTo,
} from './gateway-node.ts';

export const HTTP_STAGE: FlushedHttpStage = { httpApiId: 'def1234567', stageName: DEFAULT_STAGE };

/** A node of the HTTP API. */
export function httpNode(parts: NodeParts): GatewayNode {
  const gateway = httpGateway(httpApi(parts), dependenciesOf(parts));
  // The paths of the stage `$default` do not name it.
  return { get: senderTo(gateway.answer, ''), flush: () => gateway.flush(HTTP_STAGE.stageName) };
}

/** The API and its authorizer as the stack deploys them. */
function httpApi({ resultTtl, cachePer, authorizer }: NodeParts): HttpApi {
  const { functionArn } = BACKEND;
  const integration = { kind: 'function', functionArn, payloadFormat: '2.0', timeoutMilliseconds: 30_000 } as const;
  return {
    name: 'Api',
    apiId: HTTP_STAGE.httpApiId,
    arn: apiArn(HTTP_STAGE.httpApiId),
    stageNames: [HTTP_STAGE.stageName],
    variables: {},
    routes: ROUTES.map((path) => ({
      ...{ routeKey: `GET ${path}`, method: 'GET', path, authorizerId: AUTHORIZER_ID, integration },
    })),
    authorizers: [
      {
        authorizerId: AUTHORIZER_ID,
        functionArn: authorizer.functionArn,
        resultTtlSeconds: resultTtl,
        identitySources: HTTP_IDENTITY_SOURCES[cachePer].map((text) => parseHttpIdentitySource(text)),
      },
    ],
    cors: undefined,
  };
}
