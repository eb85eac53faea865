/** The first page. The password goes to Keystone; nothing here judges it. */
import Alert from "@cloudscape-design/components/alert";
import Button from "@cloudscape-design/components/button";
import ExpandableSection from "@cloudscape-design/components/expandable-section";
import FormField from "@cloudscape-design/components/form-field";
import Input from "@cloudscape-design/components/input";
import SpaceBetween from "@cloudscape-design/components/space-between";
import { useMutation, useQueryClient } from "@tanstack/react-query";
import { useRouter, useSearch } from "@tanstack/react-router";
import { useState } from "react";
import { ApiError } from "../api/errors.ts";
import { useT } from "../i18n/i18n.ts";
import { login, useCloud } from "../session.ts";
import { LanguageMenu, ThemeMenu } from "../shell/Preferences.tsx";
import { ErrorNote } from "../ui/ErrorNote.tsx";
import { Logo } from "../ui/Logo.tsx";
import "./login.css";

export function LoginPage() {
  const t = useT();
  const cloud = useCloud();
  const { ended } = useSearch({ from: "/login" });
  return (
    <div className="login">
      <div className="login-sky" aria-hidden="true" />
      <div className="login-menus">
        <LanguageMenu />
        <ThemeMenu />
      </div>
      <main className="login-card">
        <div className="login-brand">
          <Logo size={46} />
          <div>
            <div className="login-name">cumulet</div>
            <div className="login-tagline">{t("app.tagline")}</div>
          </div>
        </div>
        {ended && <Alert type="info">{t("login.ended")}</Alert>}
        <LoginForm />
        <p className="login-flow">
          <span className="mini-badge phase-login">1</span> {t("login.flow")}
        </p>
        {cloud.simulated && <p className="login-simulated">{t("app.simulated")}</p>}
      </main>
    </div>
  );
}

function LoginForm() {
  const t = useT();
  const client = useQueryClient();
  const router = useRouter();
  const { next } = useSearch({ from: "/login" });
  const [fields, setFields] = useState({ user: "", password: "", domain: "Default" });
  const set = (part: Partial<typeof fields>) => setFields({ ...fields, ...part });
  const attempt = useMutation({
    mutationFn: () => login(client, fields),
    onSuccess: () => router.history.push(next ?? "/"),
  });
  const wrong = attempt.error instanceof ApiError && attempt.error.status === 401;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        attempt.mutate();
      }}
    >
      <h1 className="visually-hidden">{t("login.title")}</h1>
      <SpaceBetween size="m">
        {wrong && (
          <Alert type="error" header={t("login.wrong")}>
            {t("login.wrong.advice")}
          </Alert>
        )}
        {attempt.error && !wrong && <ErrorNote error={attempt.error} />}
        <FormField label={t("login.user")}>
          <Input
            value={fields.user}
            onChange={({ detail }) => set({ user: detail.value })}
            autoFocus
            autoComplete="username"
            spellcheck={false}
          />
        </FormField>
        <FormField label={t("login.password")}>
          <Input
            value={fields.password}
            onChange={({ detail }) => set({ password: detail.value })}
            type="password"
            autoComplete="current-password"
          />
        </FormField>
        <ExpandableSection headerText={t("login.advanced")}>
          <FormField label={t("login.domain")}>
            <Input value={fields.domain} onChange={({ detail }) => set({ domain: detail.value })} spellcheck={false} />
          </FormField>
        </ExpandableSection>
        <Button
          variant="primary"
          fullWidth
          formAction="submit"
          loading={attempt.isPending}
          disabled={fields.user === ""}
        >
          {t("login.submit")}
        </Button>
      </SpaceBetween>
    </form>
  );
}
