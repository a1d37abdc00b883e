import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';

const organizationRow = z.object({
  id: z.string(),
  name: z.string(),
  slug: z.string(),
  contactEmail: z.string().nullable(),
});
export type OrganizationRow = z.infer<typeof organizationRow>;

export async function readOrganization(db: Queryable, id: string): Promise<OrganizationRow> {
  return db.one(sql.type(organizationRow)`
    select id, name, slug, contact_email as "contactEmail" from organization where id = ${id}`);
}

/** Undefined leaves as it is; a null contact takes it away. */
export async function changeOrganization(
  tx: Queryable,
  id: string,
  change: { name?: string | undefined; contactEmail?: string | null | undefined },
): Promise<void> {
  await tx.query(sql.unsafe`
    update organization set name = coalesce(${change.name ?? null}, name),
      contact_email = case when ${change.contactEmail !== undefined} then ${change.contactEmail ?? null} else contact_email end
    where id = ${id}`);
}
