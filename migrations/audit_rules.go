package migrations

// catalog names what the rules speak of: the tables, the indexes and the
// grants of everything that is not PostgreSQL's own.
const catalog = `
with rel as (
  select c.oid, c.oid::regclass::text as name, c.relkind, c.relowner, c.reloptions, c.relacl,
         c.relrowsecurity, c.relforcerowsecurity,
         coalesce(pg_partition_root(c.oid)::oid::regclass::text, c.oid::regclass::text) as root,
         a.attnum as tenant, a.attnotnull, a.atttypid
    from pg_class c
    join pg_namespace n on n.oid = c.relnamespace
    left join pg_attribute a on a.attrelid = c.oid and a.attname = 'tenant_id' and not a.attisdropped
   where n.nspname !~ '^pg_' and n.nspname <> 'information_schema'
), tbl as (
  select * from rel where relkind in ('r', 'p', 'f')
), tenant_tbl as (
  select * from tbl where tenant is not null
), idx as (
  select t.name, t.tenant, i.indexrelid, i.indexrelid::regclass::text as index, i.indisunique, i.indisprimary,
         i.indkey::int2[] as columns, i.indnkeyatts, i.indclass
    from tenant_tbl t join pg_index i on i.indrelid = t.oid
), acl as (
  select t.name, t.root, t.tenant, t.relowner, x.grantee, x.privilege_type as privilege, x.is_grantable
    from rel t, lateral (select t.relacl as acl union all
                         select a.attacl from pg_attribute a where a.attrelid = t.oid and a.attacl is not null) g,
         lateral aclexplode(g.acl) x
   where t.relkind in ('r', 'p', 'f', 'v', 'm') and x.grantee <> t.relowner
), party as (
  select oid, rolname, rolsuper, rolbypassrls, rolcreaterole, rolcreatedb, rolreplication
    from pg_roles where rolname in ('fenli_app', 'fenli_platform')
), policy as (
  select t.name, p.polname, p.polcmd, p.polpermissive, r.role, coalesce(pr.rolname, 'PUBLIC') as rolname,
         pg_get_expr(p.polqual, p.polrelid) as reads, pg_get_expr(p.polwithcheck, p.polrelid) as writes
    from tenant_tbl t join pg_policy p on p.polrelid = t.oid, lateral unnest(p.polroles) as r(role)
    left join pg_roles pr on pr.oid = r.role
)
`

// wall is how PostgreSQL prints the only policy the product gets: no
// missing-ok flag, no sub-select.
const wall = `'(tenant_id = (current_setting(''app.tenant_id''::text))::uuid)'`

// payerWall is the same for the tables of a legal entity that stores share.
const payerWall = `'(payer_id = (current_setting(''app.payer_id''::text))::uuid)'`

var rules = []struct{ name, sql string }{
	{"every table is a store's or listed", `
		select format('%s has no tenant_id and is no listed platform table', name) from tbl
		 where tenant is null and not exists (select 1 from unnest(@platform::text[]) l
		        where name like replace(l, '_', '\_')) order by 1`},

	{"row-level security is on and forced", `
		select format('%s: row-level security is not enabled and forced', name) from tenant_tbl
		 where not (relrowsecurity and relforcerowsecurity) order by 1`},

	{"the wall stands", `
		select format('%s: fenli_app has no policy for all commands', name) from tenant_tbl t
		 where not exists (select 1 from policy p where p.name = t.name and p.rolname = 'fenli_app' and polcmd = '*' and polpermissive)
		 order by 1`},

	{"policies say what the wall says", `
		select format('%s: policy %s for %s does not compare the tenant setting in both USING and WITH CHECK', name, polname, rolname)
		  from policy
		 where rolname = 'fenli_app' and (reads is distinct from ` + wall + ` or writes is distinct from ` + wall + `)
		 order by 1`},

	{"a payer's tables stand behind the payer's wall", `
		select format('%s: the payer''s wall does not stand', l) from unnest(@payers::text[]) l
		 where not exists (select 1 from tbl t join pg_policy p on p.polrelid = t.oid
		        where t.name = l and t.relrowsecurity and t.relforcerowsecurity and p.polcmd = '*' and p.polpermissive
		          and p.polroles = array['fenli_app'::regrole::oid]
		          and pg_get_expr(p.polqual, p.polrelid) = ` + payerWall + ` and pg_get_expr(p.polwithcheck, p.polrelid) = ` + payerWall + `)
		    or (select count(*) from pg_policy p where p.polrelid = to_regclass(l)) <> 1
		    or exists (select 1 from acl where name = l and (privilege not in ('SELECT', 'INSERT', 'UPDATE') or grantee <> 'fenli_app'::regrole))
		 order by 1`},

	{"nobody else has a policy", `
		select format('%s: policy %s is for %s', name, polname, rolname) from policy
		 where rolname not in ('fenli_app', 'fenli_platform') order by 1`},

	{"sweeps are listed and read only", `
		select format('%s: policy %s lets fenli_platform do more than a listed sweep reads', name, polname) from policy
		 where rolname = 'fenli_platform' and (polcmd <> 'r' or name <> all(@sweeps::text[])) order by 1`},

	{"listed sweeps exist", `
		select format('%s is listed as a sweep and has no policy for fenli_platform', s) from unnest(@sweeps::text[]) s
		 where not exists (select 1 from policy where name = s and rolname = 'fenli_platform') order by 1`},

	{"tenant_id is a uuid and never null", `
		select format('%s: tenant_id is not a uuid NOT NULL', name) from tenant_tbl
		 where not attnotnull or atttypid <> 'uuid'::regtype order by 1`},

	{"every table has a key", `
		select format('%s has no primary key', name) from tenant_tbl t
		 where not exists (select 1 from idx where idx.name = t.name and indisprimary) order by 1`},

	{"unique means unique within a store", `
		select format('%s: unique index %s does not contain tenant_id', name, index) from idx
		 where indisunique and tenant <> all(columns[0:indnkeyatts - 1]) order by 1`},

	{"indexes begin with the store", `
		select format('%s: index %s does not begin with tenant_id', name, index) from idx
		 where columns[0] <> tenant and not (indisunique and tenant <> all(columns[0:indnkeyatts - 1])) order by 1`},

	// Under row-level security only a leakproof operator becomes an index
	// condition: enums, numeric, jsonb, arrays have none.
	{"indexed columns can be searched behind the wall", `
		select format('%s: index %s cannot be searched by %s behind row-level security', name, index, format_type(a.atttypid, a.atttypmod))
		  from idx, lateral generate_series(0, indnkeyatts - 1) k
		  join pg_attribute a on true
		  join pg_opclass oc on true
		 where a.attrelid = indexrelid and a.attnum = k + 1 and oc.oid = indclass[k]
		   and not exists (select 1 from pg_amop o join pg_operator op on op.oid = o.amopopr join pg_proc f on f.oid = op.oprcode
		                    where o.amopfamily = oc.opcfamily and o.amoplefttype = oc.opcintype and o.amoprighttype = oc.opcintype
		                      and op.oprname = '=' and f.proleakproof)
		 order by 1`},

	{"foreign keys carry the store", `
		select format('%s: foreign key %s does not pair tenant_id with tenant_id first', t.name, k.conname)
		  from tenant_tbl r
		  join pg_constraint k on k.confrelid = r.oid and k.contype = 'f'
		  join tbl t on t.oid = k.conrelid
		 where t.tenant is null or k.conkey[1] <> t.tenant or k.confkey[1] <> r.tenant order by 1`},

	{"no triggers", `
		select format('%s has the trigger %s', name, tgname) from tenant_tbl t join pg_trigger g on g.tgrelid = t.oid
		 where not tgisinternal order by 1`},

	{"no materialized views", `
		select format('%s is a materialized view, which ignores row-level security', name) from rel where relkind = 'm' order by 1`},

	{"views look with the reader's eyes", `
		select format('%s is a view without security_invoker', name) from rel
		 where relkind = 'v' and not coalesce(reloptions && array['security_invoker=true', 'security_invoker=on', 'security_invoker=1'], false)
		 order by 1`},

	{"the product cannot empty, reference or trap a table", `
		select format('%s: %s has %s', name, rolname, privilege) from acl join party on party.oid = acl.grantee
		 where privilege in ('TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN') order by 1`},

	{"what is kept is only added to", `
		select format('%s is append-only and fenli_app has %s', name, privilege) from acl join party on party.oid = acl.grantee
		 where rolname = 'fenli_app' and root = any(@append_only::text[]) and privilege in ('UPDATE', 'DELETE') order by 1`},

	{"append-only tables exist", `
		select format('%s is listed as append-only and is no table with tenant_id', l) from unnest(@append_only::text[]) l
		 where not exists (select 1 from tenant_tbl where name = l) order by 1`},

	{"a sweep only reads", `
		select format('%s: fenli_platform has %s', name, privilege) from acl join party on party.oid = acl.grantee
		 where rolname = 'fenli_platform' and tenant is not null
		   and (privilege not in ('SELECT', 'TRUNCATE', 'REFERENCES', 'TRIGGER', 'MAINTAIN')
		        or privilege = 'SELECT' and name <> all(@sweeps::text[])) order by 1`},

	{"grants are for the two roles and end there", `
		select format('%s: %s has %s', name, coalesce(pg_roles.rolname, 'PUBLIC'), privilege || case when is_grantable then ' with grant option' else '' end)
		  from acl left join pg_roles on pg_roles.oid = grantee
		 where tenant is not null and (is_grantable or not exists (select 1 from party where party.oid = grantee)) order by 1`},

	{"the product owns nothing", `
		select format('%s is owned by %s', name, rolname) from rel join party on party.oid = relowner
		 where relkind not in ('i', 'I', 't') order by 1`},

	{"the roles cannot bypass", `
		select format('role %s is a superuser, bypasses row-level security, or may create roles, databases or replicas', rolname) from party
		 where rolsuper or rolbypassrls or rolcreaterole or rolcreatedb or rolreplication order by 1`},

	{"the roles belong to nobody stronger", `
		select format('role %s is a member of %s', party.rolname, g.rolname)
		  from pg_auth_members m join party on party.oid = m.member join pg_roles g on g.oid = m.roleid
		 where not (party.rolname = 'fenli_app' and g.rolname = 'fenli_platform') order by 1`},

	{"the roles exist", `
		select format('role %s does not exist', r) from unnest(array['fenli_app', 'fenli_platform']) r
		 where to_regrole(r) is null order by 1`},

	{"only listed functions have their owner's rights", `
		select format('function %s runs with its owner''s rights', p.oid::regprocedure)
		  from pg_proc p join pg_namespace n on n.oid = p.pronamespace
		 where p.prosecdef and n.nspname !~ '^pg_' and n.nspname <> 'information_schema' and p.proname <> all(@definers::text[]) order by 1`},
}
