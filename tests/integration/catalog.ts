import { asSuperuser } from '#runtime/embedded/database.ts';

/** Everything that makes a schema, as lines that can be compared: one question to the catalogs for each kind of thing. */
const questions: Readonly<Record<string, string>> = {
  columns: `
    select format('%s.%s %s%s%s%s%s', c.relname, a.attname, format_type(a.atttypid, a.atttypmod),
      case when a.attnotnull then ' not null' else '' end, coalesce(' default ' || pg_get_expr(d.adbin, d.adrelid), ''),
      case a.attidentity when '' then '' else ' identity ' || a.attidentity::text end,
      case a.attgenerated when '' then '' else ' generated ' || a.attgenerated::text end) as line
    from ours c join pg_attribute a on a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped
      left join pg_attrdef d on d.adrelid = a.attrelid and d.adnum = a.attnum
    where c.relkind in ('r', 'p', 'v', 'm')`,
  relations: `
    select format('%s kind %s owner %s row security %s forced %s', relname, relkind, relowner::regrole, relrowsecurity, relforcerowsecurity) as line
    from ours`,
  constraints: `
    select format('%s.%s %s', c.relname, k.conname, pg_get_constraintdef(k.oid)) as line from ours c join pg_constraint k on k.conrelid = c.oid`,
  indexes: `select pg_get_indexdef(i.indexrelid) as line from ours c join pg_index i on i.indrelid = c.oid`,
  policies: `
    select format('%s.%s %s %s to %s using %s with check %s', tablename, policyname, permissive, cmd, roles, qual, with_check) as line
    from pg_policies where schemaname = 'public'`,
  tableGrants: `
    select format('%s %s to %s', c.relname, g.privilege_type, g.grantee::regrole) as line from ours c, aclexplode(c.relacl) g`,
  columnGrants: `
    select format('%s.%s %s to %s', c.relname, a.attname, g.privilege_type, g.grantee::regrole) as line
    from ours c join pg_attribute a on a.attrelid = c.oid, aclexplode(a.attacl) g`,
  schemaGrants: `
    select format('%s to %s', g.privilege_type, g.grantee::regrole) as line from pg_namespace n, aclexplode(n.nspacl) g where n.nspname = 'public'`,
  functions: `
    select format('%s grants %s', pg_get_functiondef(p.oid), p.proacl) as line from pg_proc p
    where p.pronamespace = 'public'::regnamespace and p.prokind in ('f', 'p') and not exists (select from extension_parts e where e.objid = p.oid)`,
  triggers: `select pg_get_triggerdef(t.oid) as line from ours c join pg_trigger t on t.tgrelid = c.oid and not t.tgisinternal`,
  types: `
    select format('%s %s %s', t.typname, t.typtype, (select string_agg(enumlabel, ',' order by enumsortorder) from pg_enum e where e.enumtypid = t.oid)) as line
    from pg_type t where t.typnamespace = 'public'::regnamespace and t.typrelid = 0 and t.typelem = 0
      and not exists (select from extension_parts e where e.objid = t.oid)`,
  extensions: `select extname as line from pg_extension`,
  comments: `
    select format('%s.%s %s', c.relname, d.objsubid, d.description) as line from ours c join pg_description d on d.objoid = c.oid`,
};

/** `schema_migrations` is the migrating tool's own; what extensions bring is theirs. */
const ours = `
  with extension_parts as (select objid from pg_depend where deptype = 'e'),
  ours as (
    select * from pg_class where relnamespace = 'public'::regnamespace and relkind in ('r', 'p', 'v', 'm', 'S')
      and relname <> 'schema_migrations' and not exists (select from extension_parts e where e.objid = pg_class.oid))`;

/** What is in a database's schema `public`, by kind, in order. */
export async function readCatalog(superuserUrl: string): Promise<Record<string, string[]>> {
  return asSuperuser(superuserUrl, async (client) => {
    const catalog: Record<string, string[]> = {};
    for (const [kind, question] of Object.entries(questions)) {
      const { rows } = await client.query<{ line: string }>(`${ours} ${question} order by line`);
      catalog[kind] = rows.map(({ line }) => line);
    }
    return catalog;
  });
}
