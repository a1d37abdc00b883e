import { createGithubProvider, type GithubOptions } from './github.ts';
import { createOidcProvider, type OidcOptions } from './oidc.ts';
import type { LogInProvider } from './provider.ts';

export type LogInOptions = ({ protocol: 'oidc' } & OidcOptions) | ({ protocol: 'github' } & GithubOptions);

export function createLogInProviders(options: readonly LogInOptions[]): LogInProvider[] {
  return options.map((one) => (one.protocol === 'github' ? createGithubProvider(one) : createOidcProvider(one)));
}
