/** Who somebody is at another site. The pair of issuer and subject never changes hands; an address does. */
export type Identity = {
  issuer: string;
  subject: string;
  email: string | null;
  /** The other site itself says that this person reads the mail of the address. */
  emailVerified: boolean;
  name: string | null;
};

/** What has to be known again when the browser comes back; it must not leave our hands. */
export type LogInAttempt = { state: string; nonce: string; codeVerifier: string };

/** A site that says who somebody is: OpenID Connect, or OAuth 2 with something to ask. Authorization code flow with PKCE and state. */
export type LogInProvider = {
  id: string;
  /** As people know it. */
  name: string;
  /** Where to send the browser. @throws when the site cannot be reached */
  begin(redirectUri: string): Promise<{ url: string; attempt: LogInAttempt }>;
  /**
   * @param returned the redirect address with what the site added to it
   * @throws LogInRefused when the answer does not belong to the attempt, or the site says no; anything else: it cannot be reached
   */
  finish(returned: URL, attempt: LogInAttempt): Promise<Identity>;
};

export class LogInRefused extends Error {
  override readonly name = 'LogInRefused';
}
