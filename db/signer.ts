import { z } from 'zod';
import type { PersonalCipher } from './personal.ts';

const signer = z.object({ name: z.string(), email: z.string() });
/** Whom an agreement is made out to, or who signed it: as they were then, whatever was corrected since. */
export type Signer = z.infer<typeof signer>;
type Column = 'envelope.signer' | 'ceremony.signer';

export function sealSigner(cipher: PersonalCipher, { name, email }: Signer, column: Column): Buffer {
  return cipher.seal(JSON.stringify({ name, email }), column);
}

/** Null where none was kept. */
export function openSigner(cipher: PersonalCipher, sealed: Uint8Array | null, column: Column): Signer | null {
  return sealed && signer.parse(JSON.parse(cipher.open(sealed, column)));
}
