/** Tags of projects. */
import { projectTag } from "#contracts/keystone/project.ts";
import { errors } from "#contracts/keystone/errors.ts";
import { implement, Reply, type Call, type Implementation } from "#platform/http/call.ts";
import type { ProjectRow } from "../store/tables.ts";
import type { KeystoneDeps } from "./deps.ts";
import { found } from "./edit.ts";

interface TagFilters {
  tags?: string;
  "tags-any"?: string;
  "not-tags"?: string;
  "not-tags-any"?: string;
}

/** True when a project with these tags fits the four tag filters of a list. */
export function fitsTags(tags: readonly string[], query: TagFilters): boolean {
  const all = (list: string) => list.split(",").every((tag) => tags.includes(tag));
  const any = (list: string) => list.split(",").some((tag) => tags.includes(tag));
  return (
    (query.tags === undefined || all(query.tags)) &&
    (query["tags-any"] === undefined || any(query["tags-any"])) &&
    (query["not-tags"] === undefined || !all(query["not-tags"])) &&
    (query["not-tags-any"] === undefined || !any(query["not-tags-any"]))
  );
}

export function projectTagHandlers({ db }: KeystoneDeps): Implementation {
  const get = async (call: Call): Promise<ProjectRow> => {
    const { project_id = "" } = call.params;
    const query = db.selectFrom("projects").selectAll().where("id", "=", project_id);
    const row = found(call, await query.executeTakeFirst(), "project", project_id);
    call.enforce({ project_id: row.id, domain_id: row.domain_id });
    return row;
  };
  const tagsOf = (row: ProjectRow): string[] => JSON.parse(row.tags) as string[];
  /** Changes the tags unless somebody else did meanwhile; then it is done again on theirs. */
  const change = async (call: Call, next: (tags: string[]) => string[]): Promise<string[]> => {
    for (;;) {
      const row = await get(call);
      const tags = next(tagsOf(row));
      const query = db.updateTable("projects").set({ tags: JSON.stringify(tags) });
      const result = await query.where("id", "=", row.id).where("tags", "=", row.tags).executeTakeFirst();
      if (Number(result.numUpdatedRows) === 1) return tags;
    }
  };
  const known = (tags: readonly string[], tag: string): void => {
    if (!tags.includes(tag)) throw errors.notFound({ what: "project tag", id: tag });
  };

  return implement(projectTag, {
    list: async (call) => ({ tags: tagsOf(await get(call)) }),
    replace: async (call) => ({ tags: await change(call, () => call.body.tags) }),
    clear: async (call) => {
      await change(call, () => []);
      return undefined;
    },
    check: async (call) => {
      known(tagsOf(await get(call)), call.params["value"] ?? "");
      return undefined;
    },
    add: async (call) => {
      const { value = "" } = call.params;
      await change(call, (tags) => [...new Set([...tags, value])]);
      return new Reply(undefined, { headers: { Location: call.requestUrl.href } });
    },
    remove: async (call) => {
      const { value = "" } = call.params;
      await change(call, (tags) => {
        known(tags, value);
        return tags.filter((tag) => tag !== value);
      });
      return undefined;
    },
  });
}
