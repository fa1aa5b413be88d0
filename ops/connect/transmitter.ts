import { isJsonObject } from '../../lambda/token/json-object.ts';
import { isPlainLoopback } from '../../lambda/token/trusted-issuer.ts';
import { OperatorError } from '../cli/operator-error.ts';
import { foundText } from '../commands/check/comparison/found-text.ts';
import { askTransmitter, unexpected } from './transmitter-request.ts';

/** What a transmitter publishes about itself (OpenID Shared Signals Framework 1.0 section 7.1). */
export interface Transmitter {
  /** As the metadata have it. */
  readonly issuer: string;
  /** undefined: the metadata name no key set. */
  readonly jwksUri: string | undefined;
  /** Empty: the metadata do not say. */
  readonly deliveryMethods: readonly string[];
  readonly configurationEndpoint: URL;
  /** undefined: no verification event can be requested. */
  readonly verificationEndpoint: URL | undefined;
  /** Whether the transmitter sends events about a subject only after the subject was added to the stream. */
  readonly sendsNothingAtFirst: boolean;
}

/**
 * The address of a transmitter's metadata: the well-known part stands between host and path, and a slash at the end is left out (SSF
 * 1.0 section 7.2.1, RFC 8615).
 */
export function metadataAddress(issuer: string): URL {
  const { origin, pathname } = new URL(issuer);
  return new URL(`${origin}/.well-known/ssf-configuration${pathname.replace(/\/$/, '')}`);
}

/** Reads a transmitter's metadata. @throws OperatorError when it publishes none, or not what a stream needs */
export async function readTransmitter(issuer: string): Promise<Transmitter> {
  const request = { method: 'GET', url: metadataAddress(issuer) } as const;
  const response = await askTransmitter(request);
  const { status, content } = response;
  if (status !== 200 || !isJsonObject(content))
    throw unexpected('The transmitter publishes no metadata', request, response);
  const { jwks_uri: jwksUri, delivery_methods_supported: methods, default_subjects: subjects } = content;
  const addressIn = (name: string) => endpointIn(content, name, issuer);
  const configurationEndpoint = addressIn('configuration_endpoint');
  if (configurationEndpoint === undefined) {
    throw new OperatorError(
      `The metadata of ${issuer} have no configuration_endpoint: create the stream at the provider by hand.`,
    );
  }
  return {
    issuer: typeof content.issuer === 'string' ? content.issuer : '',
    jwksUri: typeof jwksUri === 'string' ? jwksUri : undefined,
    deliveryMethods: Array.isArray(methods) ? methods.filter((method) => typeof method === 'string') : [],
    configurationEndpoint,
    verificationEndpoint: addressIn('verification_endpoint'),
    sendsNothingAtFirst: subjects === 'NONE',
  };
}

/** An endpoint that the metadata name: HTTPS, or plain loopback where the issuer is. @throws OperatorError for another address */
function endpointIn(metadata: Readonly<Record<string, unknown>>, name: string, issuer: string): URL | undefined {
  const address = metadata[name];
  if (address === undefined) return undefined;
  const url = typeof address === 'string' && URL.canParse(address) ? new URL(address) : undefined;
  const isAcceptable =
    url?.protocol === 'https:' || (url !== undefined && isPlainLoopback(url) && isPlainLoopback(new URL(issuer)));
  if (url !== undefined && isAcceptable) return url;
  throw new OperatorError(
    `The metadata of ${issuer} name ${foundText(address)} as ${name}, which is not an HTTPS address: no token is sent there.`,
  );
}
