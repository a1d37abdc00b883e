/** How long a link in a mail is good for, as the mail says it. */
export type LinkLife = { expiresInMinutes: number } | { expiresInDays: number };

const minuteMs = 60_000;
const dayMs = 86_400_000;

/** Whether a link that was made when its mail was asked for is over: a mail that waited for so long would bring nothing that works. */
export function isLinkOver(life: LinkLife, askedAt: Date, now: Date): boolean {
  const lifeMs = 'expiresInDays' in life ? life.expiresInDays * dayMs : life.expiresInMinutes * minuteMs;
  return now.getTime() >= askedAt.getTime() + lifeMs;
}
