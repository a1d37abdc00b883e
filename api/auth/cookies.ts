import { parseCookie } from 'cookie';
import type { Response } from 'express';
import type { z } from 'zod';
import type { Clock } from '#db/clock.ts';
import type { PersonalCipher } from '#db/personal.ts';

/** `__Host-` binds a cookie to this origin (RFC 6265bis), but browsers want https for it. */
export function cookieName(publicUrl: string, name: string): string {
  return publicUrl.startsWith('https:') ? `__Host-${name}` : name;
}

/** Scripts cannot read it, other sites cannot send it with what changes something. */
export function setCookie(
  response: Response,
  publicUrl: string,
  { name, value, maxAgeMs }: { name: string; value: string; maxAgeMs: number },
): void {
  response.cookie(cookieName(publicUrl, name), value, { ...attributes(publicUrl), maxAge: maxAgeMs });
}

export function clearCookie(response: Response, publicUrl: string, name: string): void {
  response.clearCookie(cookieName(publicUrl, name), attributes(publicUrl));
}

export function readCookie(header: string | undefined, publicUrl: string, name: string): string | null {
  return parseCookie(header ?? '')[cookieName(publicUrl, name)] ?? null;
}

function attributes(publicUrl: string) {
  return { httpOnly: true, sameSite: 'lax', secure: publicUrl.startsWith('https:'), path: '/' } as const;
}

/** A value that a browser keeps for us and can neither read nor change; past its time it is as if it were not there. */
export type SealedCookie<T> = {
  write(response: Response, value: T): void;
  read(header: string | undefined): T | null;
  clear(response: Response): void;
};

export function sealedCookie<T>(
  { cipher, clock, publicUrl }: { cipher: PersonalCipher; clock: Clock; publicUrl: string },
  { name, schema, minutes }: { name: string; schema: z.ZodType<T>; minutes: number },
): SealedCookie<T> {
  const context = `cookie.${name}`;
  const open = (sealed: string): T | null => {
    try {
      const text = cipher.open(Buffer.from(sealed, 'base64url'), context);
      const { value, until } = JSON.parse(text) as { value: unknown; until: number };
      return until > clock.now().getTime() ? (schema.safeParse(value).data ?? null) : null;
    } catch {
      // Not ours, or sealed under a key that is gone.
      return null;
    }
  };
  return {
    write: (response, value) => {
      const sealed = cipher.seal(JSON.stringify({ value, until: clock.now().getTime() + minutes * 60_000 }), context);
      setCookie(response, publicUrl, { name, value: sealed.toString('base64url'), maxAgeMs: minutes * 60_000 });
    },
    read: (header) => {
      const sealed = readCookie(header, publicUrl, name);
      return sealed === null ? null : open(sealed);
    },
    clear: (response) => clearCookie(response, publicUrl, name),
  };
}
