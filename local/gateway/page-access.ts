import type { Gateway, HttpResponse } from './exchange/gateway.ts';
import { type GatewayRequest, headerValues } from './exchange/gateway-request.ts';

/**
 * Lets the page of the run call an API whose own CORS settings do not let it: an app allows its own pages, which are elsewhere. An answer
 * that allows the page stays as it is. Other origins get what the API says.
 *
 * @param page - the page's origin
 */
export function openToPage(gateway: Gateway, page: string): Gateway {
  return async (request) => {
    const answer = await gateway(request);
    if (!headerValues(request, 'origin').includes(page) || allows(answer, page)) return answer;
    return isPreflight(request) ? { ...answer, ...preflightAnswer(request, page) } : withHeaders(answer, page);
  };
}

function allows({ headers }: HttpResponse, page: string): boolean {
  const allowed = Object.entries(headers).filter(([name]) => name.toLowerCase() === 'access-control-allow-origin');
  return allowed.flatMap(([, value]) => value).some((value) => value === '*' || value === page);
}

/** Fetch Standard, "CORS-preflight request". */
function isPreflight(request: GatewayRequest): boolean {
  return request.method === 'OPTIONS' && headerValues(request, 'access-control-request-method').length > 0;
}

function preflightAnswer(request: GatewayRequest, page: string): HttpResponse {
  const asked = (name: string) => headerValues(request, name).join(',');
  return {
    status: 204,
    headers: {
      'Access-Control-Allow-Origin': page,
      'Access-Control-Allow-Methods': asked('access-control-request-method'),
      'Access-Control-Allow-Headers': asked('access-control-request-headers'),
    },
    body: '',
  };
}

function withHeaders<Answer extends HttpResponse>(answer: Answer, page: string): Answer {
  const others = Object.entries(answer.headers).filter(([name]) => !/^access-control-(allow|expose)-/i.test(name));
  const own = { 'Access-Control-Allow-Origin': page, 'Access-Control-Expose-Headers': 'WWW-Authenticate,Retry-After' };
  return { ...answer, headers: { ...Object.fromEntries(others), ...own } };
}
