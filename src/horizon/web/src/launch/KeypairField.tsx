/** Choose a key pair, or make one without leaving the form. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SegmentedControl from "@cloudscape-design/components/segmented-control";
import Select from "@cloudscape-design/components/select";
import SpaceBetween from "@cloudscape-design/components/space-between";
import Textarea from "@cloudscape-design/components/textarea";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { createKeypair } from "../api/acts.ts";
import { keypairsQuery } from "../api/queries.ts";
import { useT } from "../i18n/i18n.ts";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import type { Offer } from "./choices.ts";

interface KeypairFieldProps {
  offer: Offer;
  chosen: string | null;
  onChoose(name: string | null): void;
}

export function KeypairField({ offer, chosen, onChoose }: KeypairFieldProps) {
  const t = useT();
  const [making, setMaking] = useState(false);
  const [saved, setSaved] = useState<string>();
  const none = { value: "", label: t("launch.keypair.none") };
  const options = [none, ...offer.keypairs.map(({ name }) => ({ value: name, label: name }))];
  return (
    <SpaceBetween size="s">
      <FormField
        label={t("launch.keypair")}
        description={t("launch.keypair.hint")}
        secondaryControl={!making && <Button onClick={() => setMaking(true)}>{t("launch.keypair.new")}</Button>}
      >
        <Select
          options={options}
          selectedOption={options.find((option) => option.value === (chosen ?? "")) ?? none}
          onChange={({ detail }) => onChoose(detail.selectedOption.value || null)}
        />
      </FormField>
      {making && (
        <NewKeypair
          onDone={(name, file) => {
            setMaking(false);
            setSaved(file);
            onChoose(name);
          }}
          onCancel={() => setMaking(false)}
        />
      )}
      {saved && <Alert type="success">{t("launch.keypair.saved", { file: saved })}</Alert>}
    </SpaceBetween>
  );
}

interface NewKeypairProps {
  onDone(name: string, file?: string): void;
  onCancel(): void;
}

function NewKeypair({ onDone, onCancel }: NewKeypairProps) {
  const t = useT();
  const client = useQueryClient();
  const [way, setWay] = useState<"generate" | "paste">("generate");
  const [name, setName] = useState("");
  const [publicKey, setPublicKey] = useState("");
  const creation = useMutation({
    mutationFn: () => createKeypair(name.trim(), way === "paste" ? publicKey.trim() : undefined),
    onSuccess: async (made) => {
      const file = made.private_key === undefined ? undefined : `${made.name}.pem`;
      if (file !== undefined && made.private_key !== undefined) download(file, made.private_key);
      await client.invalidateQueries({ queryKey: keypairsQuery.queryKey });
      onDone(made.name, file);
    },
  });
  const ready = name.trim() !== "" && (way === "generate" || publicKey.trim() !== "");
  return (
    <div className="inset" role="group" aria-label={t("launch.keypair.new")}>
      <SpaceBetween size="s">
        <SegmentedControl
          label={t("launch.keypair.new")}
          selectedId={way}
          onChange={({ detail }) => setWay(detail.selectedId === "paste" ? "paste" : "generate")}
          options={[
            { id: "generate", text: t("launch.keypair.generate") },
            { id: "paste", text: t("launch.keypair.paste") },
          ]}
        />
        <FormField label={t("launch.keypair.name")}>
          <Input value={name} onChange={({ detail }) => setName(detail.value)} spellcheck={false} />
        </FormField>
        {way === "paste" && (
          <FormField label={t("launch.keypair.public")}>
            <Textarea
              value={publicKey}
              onChange={({ detail }) => setPublicKey(detail.value)}
              placeholder="ssh-ed25519 AAAA…"
              spellcheck={false}
              rows={3}
            />
          </FormField>
        )}
        {creation.error && <ErrorNote error={creation.error} />}
        <SpaceBetween direction="horizontal" size="xs">
          <Button formAction="none" disabled={!ready} loading={creation.isPending} onClick={() => creation.mutate()}>
            {t("launch.keypair.create")}
          </Button>
          <Button formAction="none" variant="link" onClick={onCancel}>
            {t("app.cancel")}
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </div>
  );
}

function download(file: string, text: string): void {
  const url = URL.createObjectURL(new Blob([text], { type: "application/x-pem-file" }));
  const link = document.createElement("a");
  link.href = url;
  link.download = file;
  link.click();
  URL.revokeObjectURL(url);
}
