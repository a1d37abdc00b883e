/** The provider asks to come back later (rate limit, maintenance). The caller waits at least `retryAfterMs` and tries again. */
export class ProviderBusy extends Error {
  override readonly name = 'ProviderBusy';
  readonly retryAfterMs: number;

  constructor(message: string, retryAfterMs: number) {
    super(message);
    this.retryAfterMs = retryAfterMs;
  }
}

/** The provider cannot do this, and would not the next time either: configuration, consent, a request it will not take. */
export class ProviderRefused extends Error {
  override readonly name = 'ProviderRefused';
}

/** A network error or a fault of the provider's own: trying again may help. */
export class ProviderUnavailable extends Error {
  override readonly name = 'ProviderUnavailable';
}
