-- Facts about a database, each a name and a value, that are equal after a restore. Not among them: what dumps leave out (statistics,
-- physical order, the database's own properties) and what majors of PostgreSQL call differently. What extensions brought is theirs.
-- Run in one transaction that is rolled back; statements end with a semicolon at the end of a line.

CREATE FUNCTION pg_temp.acl(acl aclitem[], kind "char", owner oid) RETURNS text LANGUAGE sql AS '
  SELECT coalesce(string_agg(grantee || ''='' || privileges || '' by '' || grantor, ''; '' ORDER BY grantee, grantor), ''nobody'') FROM (
    SELECT grantor::regrole::text, CASE grantee WHEN 0 THEN ''PUBLIC'' ELSE grantee::regrole::text END AS grantee,
           -- GRANT ALL of a dump by 16 or older grants MAINTAIN, too, where it is known.
           string_agg(privilege_type || CASE WHEN is_grantable THEN ''*'' ELSE '''' END, '','' ORDER BY privilege_type) FILTER (
             WHERE privilege_type <> ''MAINTAIN'' OR NOT others) AS privileges
    FROM (SELECT *, count(*) FILTER (WHERE privilege_type <> ''MAINTAIN'') OVER (PARTITION BY grantor, grantee) = 7 AS others
          FROM aclexplode(coalesce(acl, acldefault(kind, owner)))) AS granted
    GROUP BY grantor, grantee) AS grants';

-- A query as the server prints it, without what stands before the dots: majors differ in where they qualify names.
CREATE FUNCTION pg_temp.bare(text) RETURNS text LANGUAGE sql AS
  'SELECT regexp_replace(regexp_replace($1, ''("([^"]|"")+"|[[:alpha:]_][[:alnum:]_$]*)\.'', '''', ''g''), ''\s+'', '' '', ''g'')';

-- 17.12 keeps a number of its own among a column's options, pg_attver.
CREATE FUNCTION pg_temp.options(text[]) RETURNS text LANGUAGE sql AS
  'SELECT array_agg(o ORDER BY o)::text FROM unnest($1) AS o WHERE o NOT LIKE ''pg\_attver=%''';

CREATE FUNCTION pg_temp.whose(oid) RETURNS text LANGUAGE sql AS 'SELECT pg_get_userbyid($1)';

-- Names that say all: "type schema.name". What lies in pg_catalog, information_schema, pg_toast or an extension has none.
CREATE FUNCTION pg_temp.called(class oid, object oid, sub integer = 0) RETURNS text LANGUAGE sql AS '
  SELECT i.type || '' '' || i.identity FROM pg_identify_object(class, object, sub) AS i
  WHERE (object >= 16384 OR class = ''pg_namespace''::regclass AND object = ''public''::regnamespace)
    AND coalesce(i.schema, i.identity) NOT IN (''information_schema'', ''pg_toast'') AND coalesce(i.schema, '''') NOT LIKE ''pg_temp%'' AND i.identity NOT LIKE ''pg_temp%''
    AND NOT EXISTS (SELECT FROM pg_depend WHERE classid = class AND objid = object AND deptype = ''e'')';

SELECT pg_temp.called('pg_namespace'::regclass, oid),
       concat_ws(' | ', pg_temp.whose(nspowner), pg_temp.acl(nspacl, 'n', nspowner))
FROM pg_namespace WHERE nspname !~ '^pg_(toast_)?temp';

SELECT pg_temp.called('pg_class'::regclass, c.oid),
       concat_ws(' | ', c.relkind, pg_temp.whose(c.relowner), pg_temp.acl(c.relacl, CASE c.relkind WHEN 'S' THEN 's' ELSE 'r' END::"char", c.relowner), 'persistence ' || c.relpersistence::text,
         'with ' || pg_temp.options(c.reloptions), 'toast with ' || (SELECT pg_temp.options(t.reloptions) FROM pg_class t WHERE t.oid = c.reltoastrelid),
         'by ' || pg_get_partkeydef(c.oid), pg_get_expr(c.relpartbound, c.oid),
         'under ' || (SELECT string_agg(inhparent::regclass::text, ', ' ORDER BY inhseqno) FROM pg_inherits WHERE inhrelid = c.oid),
         CASE WHEN c.relrowsecurity THEN 'row security' END, CASE WHEN c.relforcerowsecurity THEN 'forced' END, 'replica identity ' || c.relreplident::text,
         'of ' || nullif(c.reloftype, 0)::regtype::text, 'access ' || (SELECT amname FROM pg_am WHERE oid = c.relam), CASE WHEN NOT c.relispopulated THEN 'not filled' END)
FROM pg_class c WHERE c.relkind IN ('r', 'p', 'v', 'm', 'S', 'f');

-- Where a column stands is not kept by a dump when it was added to the table's parent later.
SELECT 'column ' || a.attname || ' of ' || pg_temp.called('pg_class'::regclass, c.oid),
       concat_ws(' | ', CASE WHEN NOT EXISTS (SELECT FROM pg_inherits WHERE inhrelid = c.oid) THEN 'number '
           || (SELECT count(*) FROM pg_attribute b WHERE b.attrelid = c.oid AND b.attnum BETWEEN 1 AND a.attnum AND NOT b.attisdropped) END,
         format_type(a.atttypid, a.atttypmod), CASE WHEN a.attnotnull THEN 'not null' END, 'identity ' || nullif(a.attidentity::text, ''), 'generated ' || nullif(a.attgenerated::text, ''),
         'default ' || pg_get_expr(d.adbin, d.adrelid), 'collation ' || nullif(a.attcollation, 0)::regcollation::text, 'storage ' || a.attstorage::text,
         'compression ' || nullif(a.attcompression::text, ''), 'statistics ' || nullif(a.attstattarget, -1), 'with ' || pg_temp.options(a.attoptions), 'far ' || pg_temp.options(a.attfdwoptions),
         CASE WHEN a.attislocal THEN 'its own' END, 'grants ' || pg_temp.acl(a.attacl, 'c', c.relowner))
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = c.oid AND d.adnum = a.attnum
WHERE c.relkind IN ('r', 'p', 'v', 'm', 'f', 'c') AND a.attnum > 0 AND NOT a.attisdropped;

SELECT 'definition of ' || pg_temp.called('pg_class'::regclass, c.oid),
       pg_temp.bare(pg_get_viewdef(c.oid)) || ' | of ' || coalesce((
         SELECT string_agg(DISTINCT pg_describe_object(d.refclassid, d.refobjid, d.refobjsubid), ', ') FROM pg_depend d JOIN pg_rewrite r ON r.oid = d.objid
         WHERE d.classid = 'pg_rewrite'::regclass AND r.ev_class = c.oid AND r.rulename = '_RETURN' AND d.refobjid <> c.oid), 'nothing')
FROM pg_class c WHERE c.relkind IN ('v', 'm');

-- 18 has NOT NULL as constraints with a name; those named by itself are a column's property here, as before.
SELECT pg_temp.called('pg_constraint'::regclass, oid),
       concat_ws(' | ', pg_get_constraintdef(oid), CASE WHEN NOT convalidated THEN 'not valid' END, CASE WHEN conislocal THEN 'its own' END)
FROM pg_constraint
WHERE contype <> 't' AND (contype <> 'n' OR conname !~ '_not_null\d*$' OR NOT convalidated) AND (contype <> 'f' OR conparentid = 0);

SELECT pg_temp.called('pg_class'::regclass, i.indexrelid),
       concat_ws(' | ', pg_get_indexdef(i.indexrelid), CASE WHEN NOT i.indisvalid THEN 'invalid' END, CASE WHEN i.indisclustered THEN 'clustered' END,
         CASE WHEN i.indisreplident THEN 'identity' END, CASE WHEN NOT i.indimmediate THEN 'deferred' END,
         'under ' || (SELECT inhparent::regclass::text FROM pg_inherits WHERE inhrelid = i.indexrelid),
         'statistics ' || (SELECT string_agg(attnum || ':' || attstattarget, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = i.indexrelid AND attstattarget >= 0))
FROM pg_index i;

SELECT pg_temp.called('pg_trigger'::regclass, oid), concat_ws(' | ', pg_get_triggerdef(oid), 'enabled ' || tgenabled::text)
FROM pg_trigger WHERE NOT tgisinternal;

SELECT pg_temp.called('pg_rewrite'::regclass, oid), concat_ws(' | ', pg_temp.bare(pg_get_ruledef(oid)), 'enabled ' || ev_enabled::text)
FROM pg_rewrite WHERE rulename <> '_RETURN';

SELECT pg_temp.called('pg_policy'::regclass, oid),
       concat_ws(' | ', polcmd, CASE WHEN polpermissive THEN 'permissive' ELSE 'restrictive' END,
         'to ' || (SELECT string_agg(CASE role WHEN 0 THEN 'PUBLIC' ELSE role::regrole::text END, ', ' ORDER BY role::regrole::text) FROM unnest(polroles) AS role),
         'using ' || pg_temp.bare(pg_get_expr(polqual, polrelid)), 'check ' || pg_temp.bare(pg_get_expr(polwithcheck, polrelid)))
FROM pg_policy;

SELECT pg_temp.called('pg_proc'::regclass, p.oid),
       concat_ws(' | ', p.prokind, pg_temp.whose(p.proowner), pg_temp.acl(p.proacl, 'f', p.proowner), pg_get_function_result(p.oid),
         CASE WHEN p.prokind = 'a' THEN (SELECT to_jsonb(g) - 'aggfnoid' - 'aggtransfn' - 'aggfinalfn' || jsonb_build_object('f', aggtransfn::regproc, 'e', aggfinalfn::regproc)
                                         FROM pg_aggregate g WHERE g.aggfnoid = p.oid)::text
              WHEN p.prosqlbody IS NULL THEN pg_get_functiondef(p.oid)
              ELSE pg_temp.bare(pg_get_functiondef(p.oid)) END)
FROM pg_proc p WHERE p.pronamespace <> 'pg_catalog'::regnamespace;

SELECT pg_temp.called('pg_type'::regclass, t.oid),
       concat_ws(' | ', t.typtype, pg_temp.whose(t.typowner), pg_temp.acl(t.typacl, 'T', t.typowner), 'base ' || format_type(nullif(t.typbasetype, 0), t.typtypmod),
         CASE WHEN t.typnotnull THEN 'not null' END, 'default ' || t.typdefault, 'collation ' || nullif(t.typcollation, 0)::regcollation::text,
         'labels ' || (SELECT jsonb_agg(enumlabel ORDER BY enumsortorder)::text FROM pg_enum WHERE enumtypid = t.oid),
         'range ' || (SELECT concat_ws(' ', rngsubtype::regtype, rngmultitypid::regtype, rngcanonical, rngsubdiff, nullif(rngcollation, 0)::regcollation)
                      FROM pg_range WHERE rngtypid = t.oid))
FROM pg_type t WHERE t.typtype <> 'p' AND (t.typtype <> 'b' OR t.typelem = 0) AND (t.typrelid = 0 OR EXISTS (SELECT FROM pg_class WHERE oid = t.typrelid AND relkind = 'c'));

SELECT 'properties of ' || pg_temp.called('pg_class'::regclass, s.seqrelid),
       concat_ws(' | ', s.seqtypid::regtype, s.seqstart, s.seqincrement, s.seqmin, s.seqmax, s.seqcache, CASE WHEN s.seqcycle THEN 'cycles' END,
         'of ' || (SELECT deptype::text || ' ' || pg_describe_object(refclassid, refobjid, refobjsubid) FROM pg_depend
                   WHERE classid = 'pg_class'::regclass AND objid = s.seqrelid AND deptype IN ('a', 'i') AND refobjsubid > 0))
FROM pg_sequence s;

SELECT 'large object ' || oid, concat_ws(' | ', md5(lo_get(oid)), pg_temp.whose(lomowner), pg_temp.acl(lomacl, 'L', lomowner))
FROM pg_largeobject_metadata;

SELECT concat_ws(' ', 'default privileges of', pg_temp.whose(defaclrole), 'on', defaclobjtype, 'in', coalesce(nullif(defaclnamespace, 0)::regnamespace::text, 'all schemas')),
       pg_temp.acl(defaclacl, 'r', defaclrole)
FROM pg_default_acl;

SELECT 'comment on ' || pg_temp.called(classoid, objoid, objsubid), description
FROM pg_description;

SELECT pg_temp.called('pg_statistic_ext'::regclass, oid), concat_ws(' | ', pg_get_statisticsobjdef(oid), pg_temp.whose(stxowner), 'target ' || nullif(stxstattarget, -1))
FROM pg_statistic_ext;

SELECT 'extension ' || extname, extnamespace::regnamespace::text
FROM pg_extension;

SELECT pg_temp.called('pg_collation'::regclass, oid),
       concat_ws(' | ', pg_temp.whose(collowner), collprovider, collisdeterministic, collencoding, collcollate, collctype)
FROM pg_collation;

SELECT pg_temp.called('pg_operator'::regclass, oid),
       concat_ws(' | ', pg_temp.whose(oprowner), oprcode, nullif(oprcom, 0)::regoperator, nullif(oprnegate, 0)::regoperator, oprrest, oprjoin, oprcanmerge, oprcanhash)
FROM pg_operator;

SELECT pg_temp.called('pg_cast'::regclass, oid), concat_ws(' | ', nullif(castfunc, 0)::regprocedure, castcontext, castmethod)
FROM pg_cast;

SELECT pg_temp.called('pg_opfamily'::regclass, f.oid),
       concat_ws(' | ', pg_temp.whose(f.opfowner),
         (SELECT string_agg(concat(amopstrategy, ' ', amopopr::regoperator), ', ' ORDER BY amopstrategy, amoplefttype, amoprighttype) FROM pg_amop WHERE amopfamily = f.oid),
         (SELECT string_agg(concat(amprocnum, ' ', amproc), ', ' ORDER BY amprocnum, amproclefttype, amprocrighttype) FROM pg_amproc WHERE amprocfamily = f.oid))
FROM pg_opfamily f;

SELECT pg_temp.called('pg_opclass'::regclass, oid), concat_ws(' | ', pg_temp.whose(opcowner), opcintype::regtype, opcdefault, pg_describe_object('pg_opfamily'::regclass, opcfamily, 0))
FROM pg_opclass;

SELECT pg_temp.called('pg_ts_config'::regclass, c.oid),
       concat_ws(' | ', pg_temp.whose(c.cfgowner),
         (SELECT string_agg(concat(maptokentype, ' ', mapdict::regdictionary), ', ' ORDER BY maptokentype, mapseqno) FROM pg_ts_config_map WHERE mapcfg = c.oid))
FROM pg_ts_config c;

SELECT pg_temp.called('pg_ts_dict'::regclass, oid), concat_ws(' | ', pg_temp.whose(dictowner), pg_describe_object('pg_ts_template'::regclass, dicttemplate, 0), dictinitoption)
FROM pg_ts_dict;

SELECT pg_temp.called('pg_conversion'::regclass, oid), concat_ws(' | ', pg_temp.whose(conowner), conforencoding, contoencoding, conproc, condefault)
FROM pg_conversion;

SELECT pg_temp.called('pg_event_trigger'::regclass, oid), concat_ws(' | ', pg_temp.whose(evtowner), evtevent, evtfoid::regprocedure, 'enabled ' || evtenabled::text, evttags)
FROM pg_event_trigger;

SELECT pg_temp.called('pg_foreign_data_wrapper'::regclass, oid), concat_ws(' | ', pg_temp.whose(fdwowner), pg_temp.acl(fdwacl, 'F', fdwowner), pg_temp.options(fdwoptions))
FROM pg_foreign_data_wrapper;

SELECT pg_temp.called('pg_foreign_server'::regclass, oid), concat_ws(' | ', pg_temp.whose(srvowner), pg_temp.acl(srvacl, 'S', srvowner), srvtype, srvversion, pg_temp.options(srvoptions))
FROM pg_foreign_server;

SELECT pg_temp.called('pg_user_mapping'::regclass, oid), pg_temp.options(umoptions)
FROM pg_user_mapping;

SELECT 'foreign ' || pg_temp.called('pg_class'::regclass, ftrelid), concat_ws(' | ', pg_describe_object('pg_foreign_server'::regclass, ftserver, 0), pg_temp.options(ftoptions))
FROM pg_foreign_table;

SELECT pg_temp.called('pg_publication'::regclass, oid), concat_ws(' | ', pg_temp.whose(pubowner), puballtables, pubinsert, pubupdate, pubdelete, pubtruncate, pubviaroot)
FROM pg_publication;

SELECT pg_temp.called('pg_publication_rel'::regclass, oid),
       concat_ws(' | ', 'where ' || pg_get_expr(prqual, prrelid), 'columns ' || (SELECT string_agg(attname, ',' ORDER BY attnum) FROM pg_attribute WHERE attrelid = prrelid AND attnum = ANY (prattrs)))
FROM pg_publication_rel;

SELECT pg_temp.called('pg_publication_namespace'::regclass, oid), ''
FROM pg_publication_namespace;
