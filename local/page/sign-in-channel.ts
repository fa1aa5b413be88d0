/** The channel on which the page at `/callback` passes on the authorization response: a query string. */
export const SIGN_IN_CHANNEL = 'bearer-authorizer-sign-in';
