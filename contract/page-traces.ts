import { z } from 'zod';

const hex = (digits: number) =>
  z.string().regex(new RegExp(`^[\\da-f]{${digits}}$`), `Write ${digits} hexadecimal digits.`);
/** Milliseconds since 1970, by the browser's clock. */
const Moment = z.number().min(0).max(1e14);
const Past = {
  name: z.string().regex(/^[A-Za-z_.]{1,60}$/, 'Write a name of letters, dots and underscores.'),
  spanId: hex(16),
  startedAt: Moment,
  endedAt: Moment,
};

/** What took time in a page: an operation of the API that somebody's click asked for, or news that were shown. */
const PageSpan = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('click'), ...Past, traceId: hex(32).meta({ description: 'The trace that it begins' }) }),
  z.object({
    kind: z.literal('shown'),
    ...Past,
    causedBy: z
      .string()
      .regex(/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/, 'Write a traceparent.')
      .meta({ description: 'The `traceparent` of the news' }),
  }),
]);
export type PageSpan = z.infer<typeof PageSpan>;

export const PageTraces = z
  .object({
    sentAt: Moment.meta({ description: 'By the same clock, so that it can be compared with the server’s' }),
    spans: z.array(PageSpan).min(1).max(20),
  })
  .meta({ id: 'PageTraces' });
export type PageTraces = z.infer<typeof PageTraces>;
