import type { Config } from '../config.ts';
import type { Shared } from '../composition.ts';

/** Something that is not as it should be. */
export type Finding = {
  /** `error`: a promise of the product is broken, or soon will be; `warning`: somebody should know. */
  severity: 'error' | 'warning';
  what: string;
  why: string;
  todo: string;
  /** Of bookings, documents, organizations: the first hundred. */
  ids?: readonly string[];
  /** Mends it by the product's own steps; repeated, it changes nothing more. Not there when a person has to decide. */
  mend?: () => Promise<void>;
};

export type Patient = Shared & {
  config: Config;
  /** As the role that owns the database, when that is known. */
  ownerUrl: string | undefined;
  /** Every document and every fact, not only the newest. */
  thorough: boolean;
};

export type Check = {
  name: string;
  /** What it looks at, for the list of what was fine. */
  title: string;
  look(patient: Patient): Promise<readonly Finding[]>;
};

/** As many as a person reads. */
export const shown = (ids: readonly string[]): readonly string[] => ids.slice(0, 100);

export function counted(count: number, one: string, many: string): string {
  return count === 1 ? `1 ${one}` : `${count} ${many}`;
}
