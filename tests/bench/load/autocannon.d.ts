/** The little of autocannon that is used here; it has no types of its own. */
declare module 'autocannon' {
  type Options = {
    url: string;
    connections: number;
    duration: number;
    headers?: Record<string, string>;
  };
  type Result = { requests: { average: number; total: number }; non2xx: number; errors: number };
  type Instance = PromiseLike<Result> & {
    on(
      event: 'response',
      listener: (client: unknown, status: number, bytes: number, responseMs: number) => void,
    ): Instance;
  };
  export default function autocannon(options: Options): Instance;
}
