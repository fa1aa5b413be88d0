import { APIGatewayClient, FlushStageAuthorizersCacheCommand } from '@aws-sdk/client-api-gateway';
import type { FlushedStage } from './flusher-environment.ts';

/** API Gateway's management calls share ten requests per second and account, the console's included: hence the retries, which end within `LONGEST_FLUSH`. */
export function createApiGatewayClient(): APIGatewayClient {
  return new APIGatewayClient({
    maxAttempts: 5,
    retryMode: 'standard',
    requestHandler: { connectionTimeout: 500, requestTimeout: 2000, throwOnRequestTimeout: true },
  });
}

/** Empties a stage's result cache, of every authorizer of the stage. Answers 202: accepted, effective a little later. */
export function createStageFlusher(client: APIGatewayClient): (stage: FlushedStage) => Promise<void> {
  return async ({ restApiId, stageName }) => {
    await client.send(new FlushStageAuthorizersCacheCommand({ restApiId, stageName }));
  };
}
