/** What `contract-table.ts` makes of the contract at build time. */
declare module 'virtual:contract' {
  import type { ProblemCode } from '#contract/problems.ts';
  import type { Audience, Route, RouteName } from '#contract/routes.ts';

  export const endpoints: Record<RouteName, { method: Route['method']; path: string; audience: Audience }>;
  export const problemSentences: Record<ProblemCode, string>;
}
