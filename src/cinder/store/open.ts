/** The volume service's database, opened: what the API and the scheduler share. */
import type { Kysely } from "kysely";
import { makeOperationStore, type OperationStore, type OperationTables } from "#platform/operations/store.ts";
import type { Parts } from "#platform/role/role.ts";
import { makeAttachmentRows, type AttachmentRows } from "./attachments.ts";
import { makeMessageRows, type MessageRows } from "./messages.ts";
import { makeQuotaRows, type QuotaRows } from "./quotas.ts";
import { makeServiceRows, type ServiceRows } from "./services.ts";
import { migrations, type CinderTables } from "./tables.ts";
import { defaultTypeName, makeTypeRows, type TypeRows } from "./types.ts";
import { makeVolumeRows, type VolumeRows } from "./volumes.ts";

export interface CinderStore {
  db: Kysely<CinderTables>;
  volumes: VolumeRows;
  attachments: AttachmentRows;
  types: TypeRows;
  quotas: QuotaRows;
  services: ServiceRows;
  messages: MessageRows;
  operations: OperationStore;
  close(): Promise<void>;
}

export async function openCinderStore(parts: Pick<Parts, "openDatabase" | "clock" | "ids">): Promise<CinderStore> {
  const db = await parts.openDatabase<CinderTables>({ name: "cinder", migrations });
  const types = makeTypeRows(db);
  const description = "Taken when a volume is made without naming a type";
  const row = {
    id: parts.ids.uuid(),
    name: defaultTypeName,
    description,
    is_public: 1,
    extra_specs: "{}",
    created_at: parts.clock.now(),
  };
  if (!(await types.findByName(defaultTypeName))) await types.insert(row);
  return {
    db,
    types,
    volumes: makeVolumeRows(db, parts.clock),
    attachments: makeAttachmentRows(db),
    quotas: makeQuotaRows(db),
    services: makeServiceRows(db),
    messages: makeMessageRows(db),
    operations: makeOperationStore(db as unknown as Kysely<OperationTables>, parts.clock), // its table is one of ours
    close: () => db.destroy(),
  };
}
