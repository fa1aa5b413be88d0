import { isObject, type JsonObject, listOf, numberOf, textOrEmpty, textsOf } from '../../cloudformation/template.ts';

/** A response of an integration, as the template declares it. */
export interface IntegrationResponse {
  readonly status: number;
  /** What a backend's status must match. undefined: this response is for the statuses that no other one matches. */
  readonly pattern: RegExp | undefined;
  /** By `method.response.header.<name>`. */
  readonly parameters: Readonly<Record<string, string>>;
  /** The mapping template of JSON. undefined: there is none. */
  readonly template: string | undefined;
}

/** Reads the responses of an integration. */
export function responsesOf(integration: JsonObject): readonly IntegrationResponse[] {
  return listOf(integration, 'IntegrationResponses')
    .filter(isObject)
    .map((response) => {
      const pattern = textOrEmpty(response, 'SelectionPattern');
      const templates = textsOf(response, 'ResponseTemplates');
      return {
        status: numberOf(response, 'StatusCode', 200),
        pattern: pattern === '' ? undefined : patternOf(pattern),
        parameters: textsOf(response, 'ResponseParameters'),
        template: templates['application/json'] ?? Object.values(templates)[0],
      };
    });
}

/** API Gateway's expressions are Java's. One that JavaScript does not have matches nothing. */
function patternOf(pattern: string): RegExp {
  try {
    return new RegExp(`^(?:${pattern})$`);
  } catch {
    return /(?!)/;
  }
}

/** The mapping template of a response, if it has one. */
export function templatesIn({ template }: IntegrationResponse): readonly string[] {
  return template === undefined ? [] : [template];
}
