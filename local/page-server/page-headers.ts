/**
 * The headers of every answer of the page's server. The page loads its own files only, and talks to this server, the API and the
 * authorization server only. DOM sinks take no text (Trusted Types), except through lit-html's own policy for its templates.
 *
 * @param connects - the origins that the page calls, besides its own
 */
export function pageHeaders(connects: readonly string[]): Readonly<Record<string, string>> {
  return {
    'Content-Security-Policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self'",
      `connect-src ${["'self'", ...new Set(connects)].join(' ')}`,
      "form-action 'none'",
      "base-uri 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      'trusted-types lit-html',
    ].join('; '),
    'Cross-Origin-Resource-Policy': 'same-origin',
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    'Cache-Control': 'no-store',
  };
}
