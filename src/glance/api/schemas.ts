/** The schemas that clients fetch to check and to describe an image; made from the contract's own fields. */
import { Image } from "#contracts/glance/image-fields.ts";

type Property = Record<string, unknown>;

const readOnly = new Set([
  "status",
  "size",
  "virtual_size",
  "checksum",
  "os_hash_algo",
  "os_hash_value",
  "created_at",
  "updated_at",
  "self",
  "file",
  "schema",
]);

const descriptions: Record<string, string> = {
  id: "Identifier of the image",
  name: "Name for people; several images may have the same",
  status: "Where the image is in its life",
  visibility: "Who sees the image",
  protected: "A protected image cannot be deleted",
  os_hidden: "A hidden image does not stand in lists",
  owner: "Project that owns the image",
  container_format: "What is around the disk",
  disk_format: "What kind of disk it is",
  min_disk: "Disk in GiB that a server of it needs",
  min_ram: "Memory in MiB that a server of it needs",
  tags: "Words to find the image by",
  size: "Size of the data in bytes",
  virtual_size: "Size in bytes of the disk that a server sees",
  checksum: "MD5 of the data",
  os_hash_algo: "Which digest os_hash_value is",
  os_hash_value: "Digest of the data in hexadecimal",
  created_at: "When the image was registered",
  updated_at: "When the image was changed last",
  self: "Path of the image",
  file: "Path of the data",
  schema: "Path of this schema",
};

function propertyOf(name: string, schema: Property): Property {
  const parts = schema["anyOf"] as Property[] | undefined;
  const [first] = parts ?? [];
  const plain: Property =
    parts && first ? { ...first, type: parts.map((part) => part["type"]).reverse() } : { ...schema };
  const typed = plain["type"] === undefined && plain["enum"] ? { type: ["null", "string"], ...plain } : plain;
  return { ...typed, description: descriptions[name] ?? name, ...(readOnly.has(name) ? { readOnly: true } : {}) };
}

const properties = Object.fromEntries(
  Object.entries(Image.properties).map(([name, schema]) => [name, propertyOf(name, schema as unknown as Property)]),
);

export const imageSchema = {
  name: "image",
  properties,
  additionalProperties: { type: "string" },
  links: [
    { rel: "self", href: "{self}" },
    { rel: "enclosure", href: "{file}" },
    { rel: "describedby", href: "{schema}" },
  ],
};

const listOf = (name: string, item: Property): Property => ({
  name,
  properties: {
    [name]: { type: "array", items: item },
    schema: { type: "string" },
    first: { type: "string" },
    next: { type: "string" },
  },
  links: [
    { rel: "first", href: "{first}" },
    { rel: "next", href: "{next}" },
    { rel: "describedby", href: "{schema}" },
  ],
});

export const imagesSchema = listOf("images", imageSchema);

export const memberSchema = {
  name: "member",
  properties: {
    member_id: { type: "string", description: "Project that the image is shared with" },
    image_id: { type: "string", description: "Identifier of the image" },
    status: { type: "string", enum: ["pending", "accepted", "rejected"], description: "What the project said" },
    created_at: { type: "string", description: "When the image was shared" },
    updated_at: { type: "string", description: "When the sharing was changed last" },
    schema: { type: "string", readOnly: true },
  },
};

export const membersSchema = {
  name: "members",
  properties: { members: { type: "array", items: memberSchema }, schema: { type: "string" } },
};
