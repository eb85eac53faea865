/** Equality filters that the database can answer; the rest is done on the views. */
import { sql, type RawBuilder, type SqlBool } from "kysely";
import { valuesOf } from "./listing.ts";

/** `where` for the text columns named (`ports.name` filters by `name`); `tenant_id` is another name of `project_id`. */
export function columnFilters(query: unknown, columns: readonly string[]): RawBuilder<SqlBool> {
  const parts: RawBuilder<SqlBool>[] = [];
  for (const column of columns) {
    const attribute = column.slice(column.indexOf(".") + 1);
    const names = attribute === "project_id" ? ["project_id", "tenant_id"] : [attribute];
    for (const name of names) {
      const values = valuesOf(query, name);
      if (values.length > 0 && values.length <= 500)
        parts.push(sql<SqlBool>`${sql.ref(column)} in (${sql.join(values)})`);
    }
  }
  return parts.length === 0 ? sql<SqlBool>`1 = 1` : (sql.join(parts, sql` and `) as RawBuilder<SqlBool>);
}
