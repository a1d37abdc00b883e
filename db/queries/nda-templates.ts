import { sql } from 'slonik';
import { z } from 'zod';
import type { Queryable } from '../pool.ts';
import { templateVersion, type TemplateVersion } from './booking-context.ts';

const versionRow = templateVersion.omit({ name: true }).extend({ publishedAt: z.date() });
export type VersionRow = z.infer<typeof versionRow>;
const versionColumns = sql.fragment`v.id, v.version, v.title, v.language, v.source, v.source_sha256 as "sourceSha256",
  v.own_variables as "ownVariables", v.email_code_required as "emailCodeRequired", v.renew_on_reschedule as "renewOnReschedule",
  v.published_at as "publishedAt"`;

const templateRow = versionRow.extend({ templateId: z.string(), name: z.string(), versionCount: z.number() });
export type TemplateRow = z.infer<typeof templateRow>;

const current = sql.fragment`nda_template t join lateral (
  select * from nda_template_version where template_id = t.id order by version desc limit 1) v on true`;
const templateColumns = sql.fragment`t.id as "templateId", t.name, v.version as "versionCount", ${versionColumns}`;

/** An organization's templates, each with its newest version. */
export async function templatesOf(db: Queryable, organizationId: string): Promise<readonly TemplateRow[]> {
  return db.any(
    sql.type(
      templateRow,
    )`select ${templateColumns} from ${current} where t.organization_id = ${organizationId} order by t.name`,
  );
}

export async function findTemplate(
  db: Queryable,
  organizationId: string,
  templateId: string,
): Promise<TemplateRow | null> {
  return db.maybeOne(sql.type(templateRow)`
    select ${templateColumns} from ${current} where t.organization_id = ${organizationId} and t.id = ${templateId}`);
}

export async function versionsOf(
  db: Queryable,
  organizationId: string,
  templateId: string,
): Promise<readonly VersionRow[]> {
  return db.any(sql.type(versionRow)`
    select ${versionColumns} from nda_template_version v where v.organization_id = ${organizationId} and v.template_id = ${templateId} order by v.version desc`);
}

export type NewVersion = Pick<
  TemplateVersion,
  'title' | 'language' | 'source' | 'sourceSha256' | 'ownVariables' | 'emailCodeRequired' | 'renewOnReschedule'
>;

export async function insertTemplate(
  tx: Queryable,
  owner: { organizationId: string; accountId: string | null },
  name: string,
  version: NewVersion,
): Promise<string> {
  const id = await tx.oneFirst(sql.type(z.object({ id: z.string() }))`
    insert into nda_template (organization_id, name) values (${owner.organizationId}, ${name}) returning id`);
  await publishVersion(tx, owner, id, version);
  return id;
}

/** The next version; two at once are told apart by their number's unique constraint, and one is tried again. */
export async function publishVersion(
  tx: Queryable,
  owner: { organizationId: string; accountId: string | null },
  templateId: string,
  version: NewVersion,
): Promise<void> {
  await tx.query(sql.unsafe`select from nda_template where id = ${templateId} for update`);
  await tx.query(sql.unsafe`
    insert into nda_template_version (organization_id, template_id, version, title, language, source, source_sha256, own_variables, email_code_required,
      renew_on_reschedule, published_by)
    select ${owner.organizationId}, ${templateId}, coalesce(max(version), 0) + 1, ${version.title}, ${version.language}, ${version.source},
      ${version.sourceSha256}, ${JSON.stringify(version.ownVariables)}::jsonb, ${version.emailCodeRequired}, ${version.renewOnReschedule}, ${owner.accountId}::uuid
    from nda_template_version where template_id = ${templateId}`);
}

/** What a published version says of meetings that move; null without a template. */
export async function renewalOf(
  db: Queryable,
  versionId: string | null,
): Promise<{ renewOnReschedule: boolean } | null> {
  if (versionId === null) return null;
  return db.one(sql.type(templateVersion.pick({ renewOnReschedule: true }))`
    select renew_on_reschedule as "renewOnReschedule" from nda_template_version where id = ${versionId}`);
}
