import { listOf, textWhere, type Validator } from '../settings/values/validators.ts';

/** Cognito API reference, CreateUserPoolClient: `CallbackURLs` and `LogoutURLs`. */
const MAX_URLS = 100;
const MAX_URL_LENGTH = 1024;

/** Schemes that a browser runs or reads itself, in place of sending the code to an app. */
const NO_APP = ['about:', 'blob:', 'data:', 'file:', 'ftp:', 'http:', 'javascript:', 'vbscript:', 'ws:', 'wss:'];

const redirectUrl = textWhere(
  isRedirectUrl,
  'write addresses such as https://app.example.com/signed-in, com.example.app://signed-in or http://localhost:3000/, in at most ' +
    `${MAX_URL_LENGTH} characters, without # and without spaces`,
);

/** The addresses to which Cognito may send a browser. */
export const redirectUrls: Validator = (value) =>
  Array.isArray(value) && value.length > MAX_URLS
    ? `list at most ${MAX_URLS}, as many as Cognito takes`
    : listOf(redirectUrl, 1)(value);

/** Cognito "requires HTTPS over HTTP except for http://localhost"; "app callback URLs such as myapp://example" do. */
function isRedirectUrl(text: string): boolean {
  const { protocol, hostname } = (URL.canParse(text) && new URL(text)) || {};
  if (protocol === undefined || text.length > MAX_URL_LENGTH || !/^[a-z][a-z0-9+.-]*:\/\/[^\s#]+$/.test(text))
    return false;
  return protocol === 'http:' ? hostname === 'localhost' : !NO_APP.includes(protocol);
}
