/** The bar at the top: where one is, as whom, in which language and colours. */
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useQueryClient } from "@tanstack/react-query";
import { Link, useNavigate } from "@tanstack/react-router";
import { useT } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { logout, switchProject, useSession } from "../session.ts";
import { Wordmark } from "../ui/Logo.tsx";
import { LanguageMenu, ThemeMenu } from "./Preferences.tsx";
import { notices } from "../ui/notices.ts";
import { describeError } from "../api/errors.ts";

export function TopBar() {
  const t = useT();
  const client = useQueryClient();
  const navigate = useNavigate();
  const { user, project, projects, roles } = useSession();
  const report = (error: unknown) => {
    const { title, message, advice } = describeError(error, t);
    notices.notify({ type: "error", header: title, content: `${message} ${advice}` });
  };
  const choose = async (id: string) => {
    await switchProject(client, id);
    await navigate({ to: paths.servers });
  };
  const leave = async () => {
    await logout(client);
    await navigate({ to: paths.login });
  };
  return (
    <header className="top-bar">
      <Link to={paths.servers} className="top-home" aria-label="Cumulet">
        <Wordmark />
      </Link>
      <ButtonDropdown
        ariaLabel={`${t("app.project")}: ${project.name}`}
        items={projects.map(({ id, name }) => ({ id, text: name, itemType: "checkbox", checked: id === project.id }))}
        onItemClick={({ detail }) => void choose(detail.id).catch(report)}
      >
        <span className="top-quiet">{t("app.project")}</span> {project.name}
      </ButtonDropdown>
      <span className="top-space" />
      <LanguageMenu />
      <ThemeMenu />
      <ButtonDropdown
        ariaLabel={`${t("app.user")}: ${user.name}`}
        items={[
          {
            id: "who",
            text: `${user.name} @ ${user.domain}`,
            secondaryText: t("app.roles", { roles: roles.join(", ") || "–" }),
            disabled: true,
          },
          { id: "logout", text: t("app.logout") },
        ]}
        onItemClick={({ detail }) => {
          if (detail.id === "logout") void leave().catch(report);
        }}
      >
        {user.name}
      </ButtonDropdown>
    </header>
  );
}
