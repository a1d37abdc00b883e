/** How the NATS servers are reached. */
export type NatsServers = {
  /** `nats://host:port`, without name and password. */
  servers: string[];
  login: { user: string; pass: string } | { token: string } | undefined;
  /** Refuses a server that does not speak TLS. */
  tls: boolean;
};

/**
 * NATS_URL: addresses separated by commas. Name and password (or a token alone) may stand in any of them, and are used for all,
 * because servers of one cluster know the same accounts; `tls:` in any of them demands TLS of all.
 */
export function parseNatsServers(list: string): NatsServers {
  const urls = list
    .split(',')
    .filter((text) => text !== '')
    .map((text) => new URL(text));
  const named = urls.find(({ username }) => username !== '');
  return {
    servers: urls.map(({ protocol, host }) => `${protocol}//${host}`),
    login: named && loginOf(named),
    tls: urls.some(({ protocol }) => protocol === 'tls:'),
  };
}

function loginOf({ username, password }: URL): NatsServers['login'] {
  const user = decodeURIComponent(username);
  return password === '' ? { token: user } : { user, pass: decodeURIComponent(password) };
}
