import { describe, expect, it } from 'vitest';
import {
  bodyOf,
  ENDPOINT_OF,
  MAX_BODY_BYTES,
  parametersOf,
  readSignalRequest,
  requiredParameter,
  type SignalProxyEvent,
} from '../../../lambda/signal/signal-request.ts';
import { formEvent, proxyEvent } from '../../support/signals/proxy-event.ts';

const read = (changes: Partial<SignalProxyEvent>) => readSignalRequest({ ...proxyEvent('events'), ...changes });
const form = (body: string) => parametersOf(readSignalRequest(formEvent('revoke', body)));

describe('a request for signals', () => {
  it.each(['revoke', 'backchannel-logout', 'events', 'global-token-revocation'] as const)(
    'names the endpoint %s by the last part of its resource, under whatever parent',
    (endpoint) => {
      expect(read({ resource: `/signals/${endpoint}` }).endpoint).toBe(endpoint);
      expect(read({ resource: `/a/b/c/${endpoint}` }).endpoint).toBe(endpoint);
      expect(read({ resource: `/${endpoint}` }).endpoint).toBe(endpoint);
    },
  );

  it('of each kind of message has an endpoint of its own', () => {
    expect(ENDPOINT_OF).toEqual({
      'backchannel-logout': 'backchannel-logout',
      'security-event': 'events',
      'global-token-revocation': 'global-token-revocation',
    });
  });

  it('of another resource is a mistake of the deployment, not of the sender', () => {
    const error = expect.objectContaining({ name: 'CannotDecideError', failureCause: 'event' });
    expect(() => read({ resource: '/signals/{proxy+}' })).toThrow(error);
    expect(() => read({ resource: '/signals/events/more' })).toThrow(error);
  });

  it.each(['authorization', 'Authorization', 'AUTHORIZATION'])('is read with a header called %s', (name) => {
    expect(read({ headers: { [name]: 'Bearer a' } }).authorization).toBe('Bearer a');
    expect(read({ headers: null, multiValueHeaders: { [name]: ['Bearer a'] } }).authorization).toBe('Bearer a');
  });

  it('is read with all values of a repeated header, so that no reader takes the one that another does not see', () => {
    const multiValueHeaders = { authorization: ['Bearer a', 'Bearer b'], AUTHORIZATION: ['Bearer c'] };
    expect(read({ headers: { authorization: 'Bearer b' }, multiValueHeaders }).authorization).toBe(
      'Bearer a, Bearer b, Bearer c',
    );
  });

  it('has none of a header without a value', () => {
    expect(read({ headers: { authorization: undefined } }).authorization).toBeUndefined();
  });

  it('without headers has none of them', () => {
    const { authorization, origin, mediaType } = read({ headers: null });
    expect({ authorization, origin, mediaType }).toEqual({
      authorization: undefined,
      origin: undefined,
      mediaType: '',
    });
  });

  it('has its media type in lower case without parameters', () => {
    expect(read({ headers: { 'content-type': ' Application/SecEvent+JWT ; charset=utf-8' } }).mediaType).toBe(
      'application/secevent+jwt',
    );
  });

  it('has the address that its sender sees, with stage or base path', () => {
    expect(read({ requestContext: { domainName: 'api.example', path: '/v1/signals/events' } }).address).toBe(
      'https://api.example/v1/signals/events',
    );
  });

  it('without a domain name has an address that is no audience', () => {
    expect(read({ requestContext: { path: '/v1' } }).address).toBe('https:///v1');
  });

  it('of an HTTP API is read as one of a REST API, from payload 1.0', () => {
    const ofHttpApi = {
      version: '1.0',
      resource: '/signals/events',
      path: '/dev/signals/events',
      httpMethod: 'POST',
      headers: { 'content-type': 'application/secevent+jwt', authorization: 'a', origin: 'https://app.example.com' },
      multiValueHeaders: {
        'content-type': ['application/secevent+jwt'],
        authorization: ['a', 'b'],
        origin: ['https://app.example.com'],
      },
      requestContext: { domainName: 'api.example', path: '/dev/signals/events', stage: 'dev' },
      // HTTP APIs encode bodies of all types but JSON, XML, JavaScript and text.
      body: Buffer.from('e.y.J').toString('base64'),
      isBase64Encoded: true,
    };
    expect(readSignalRequest(ofHttpApi)).toEqual({
      endpoint: 'events',
      mediaType: 'application/secevent+jwt',
      body: 'e.y.J',
      authorization: 'a, b',
      origin: 'https://app.example.com',
      address: 'https://api.example/dev/signals/events',
    });
  });

  it('is read from base64 as from text', () => {
    const text = 'Grüße';
    expect(read({ body: text, isBase64Encoded: false }).body).toBe(text);
    expect(read({ body: Buffer.from(text).toString('base64'), isBase64Encoded: true }).body).toBe(text);
    expect(read({ body: null }).body).toBe('');
  });

  it('has no body that is binary', () => {
    const body = Buffer.from([0x7b, 0xff, 0xfe]).toString('base64');
    expect(read({ body, isBase64Encoded: true }).body).toBeUndefined();
  });

  it('has no body of more than the maximum of bytes', () => {
    expect(read({ body: 'a'.repeat(MAX_BODY_BYTES) }).body).toHaveLength(MAX_BODY_BYTES);
    expect(read({ body: 'a'.repeat(MAX_BODY_BYTES + 1) }).body).toBeUndefined();
    expect(read({ body: 'ü'.repeat(MAX_BODY_BYTES / 2 + 1) }).body).toBeUndefined();
  });
});

const request = expect.objectContaining({ name: 'InvalidSignalError', reason: 'request' });

describe('the body', () => {
  it('is that of its media type only', () => {
    const sent = read({ headers: { 'Content-Type': 'application/secevent+jwt' }, body: 'a.b.c' });
    expect(bodyOf(sent, 'application/secevent+jwt')).toBe('a.b.c');
    expect(() => bodyOf(sent, 'application/json')).toThrow(request);
    expect(() => bodyOf({ ...sent, body: undefined }, 'application/secevent+jwt')).toThrow(request);
  });
});

describe('form parameters', () => {
  it('are read by name, decoded', () => {
    expect([...form('token=a.b%2Bc&token_type_hint=access+token')]).toEqual([
      ['token', 'a.b+c'],
      ['token_type_hint', 'access token'],
    ]);
  });

  it('without a value count as left out', () => {
    expect([...form('token=&session=true')]).toEqual([['session', 'true']]);
    expect(() => requiredParameter(form('token='), 'token')).toThrow(request);
    expect(() => requiredParameter(form(''), 'token')).toThrow(request);
    expect(requiredParameter(form('token=a'), 'token')).toBe('a');
  });

  it.each(['token=a&token=b', 'token=a&token=a', 'token=a&%74oken=b', 'token=a&x=1&x=', 'token=a&token='])(
    'repeated are rejected: %s',
    (body) => {
      expect(() => form(body)).toThrow(request);
    },
  );
});
