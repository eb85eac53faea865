/** Handlers of what the service says about itself. */
import { errors } from "#contracts/glance/errors.ts";
import { imageInfo } from "#contracts/glance/info.ts";
import { implement, type Call, type Implementation } from "#platform/http/call.ts";
import { imageSchema, imagesSchema, memberSchema, membersSchema } from "./schemas.ts";

/** The minors of the API, newest first; there were never more kinds of answer than these. */
const minors = [16, 15, 14, 13, 12, 11, 10, 9, 8, 7, 6, 5, 4, 3, 2, 1, 0];

export function infoHandlers(): Implementation {
  const versions = (call: Call) => ({
    versions: minors.map((minor, at) => ({
      id: `v2.${minor}`,
      status: at === 0 ? "CURRENT" : "SUPPORTED",
      links: [{ rel: "self", href: call.url("/v2/") }],
    })),
  });
  return implement(imageInfo, {
    root: versions,
    versions,
    schemaImage: () => imageSchema,
    schemaImages: () => imagesSchema,
    schemaMember: () => memberSchema,
    schemaMembers: () => membersSchema,
    importMethods: () => ({ "import-methods": { description: "Import methods available.", type: "array", value: [] } }),
    stores: () => {
      throw errors.noStores();
    },
  });
}
