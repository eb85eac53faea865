/** The frame of every page behind the login. */
import Flashbar from "@cloudscape-design/components/flashbar";
import { Outlet } from "@tanstack/react-router";
import { useT } from "../i18n/i18n.ts";
import { useCloud } from "../session.ts";
import { notices, useNotices } from "../ui/notices.ts";
import { SideMenu } from "./SideMenu.tsx";
import { TopBar } from "./TopBar.tsx";

export function Shell() {
  const t = useT();
  const cloud = useCloud();
  return (
    <div className="shell">
      <a className="skip" href="#content">
        {t("app.skip")}
      </a>
      <TopBar />
      {cloud.simulated && (
        <div className="simulated" role="note">
          {t("app.simulated")}
        </div>
      )}
      <div className="shell-body">
        <SideMenu />
        <main id="content" tabIndex={-1}>
          <Notices />
          <Outlet />
        </main>
      </div>
    </div>
  );
}

function Notices() {
  const t = useT();
  const list = useNotices();
  if (list.length === 0) return null;
  const items = list.map(({ id, type, header, content }) => ({
    id: String(id),
    type: type === "in-progress" ? ("info" as const) : type,
    loading: type === "in-progress",
    header,
    content,
    dismissible: true,
    dismissLabel: t("app.dismiss"),
    onDismiss: () => notices.dismiss(id),
  }));
  return (
    <div className="notices">
      <Flashbar items={items} i18nStrings={{ ariaLabel: t("app.notifications") }} />
    </div>
  );
}
