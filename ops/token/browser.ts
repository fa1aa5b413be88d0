/** Sends a request as a browser does, but follows no redirect. */
export type Browser = (address: string, init?: RequestInit) => Promise<Response>;

/** A browser that visits one server: it keeps the cookies that it gets, and sends all of them. */
export function newBrowser(): Browser {
  const cookies = new Map<string, string>();
  return async (address, init = {}) => {
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ');
    const response = await fetch(address, { ...init, headers: { ...init.headers, cookie }, redirect: 'manual' });
    for (const line of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]*)=([^;]*)/.exec(line) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return response;
  };
}

/** Where a response leads; undefined: nowhere. */
export function locationOf({ headers, url }: Response): string | undefined {
  const location = headers.get('location');
  return location === null ? undefined : new URL(location, url).href;
}
