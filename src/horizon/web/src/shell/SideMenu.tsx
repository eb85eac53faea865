/** The way to each page. */
import { Link } from "@tanstack/react-router";
import type { MessageId } from "../i18n/en.ts";
import { useT } from "../i18n/i18n.ts";
import { paths } from "../paths.ts";
import { useCloud } from "../session.ts";

type Target = Exclude<(typeof paths)[keyof typeof paths], typeof paths.server>;

interface Entry {
  to: Target;
  label: MessageId & `nav.${string}`;
  icon: string;
}

const groups: { title: MessageId & `nav.${string}`; entries: Entry[] }[] = [
  {
    title: "nav.compute",
    entries: [
      { to: paths.servers, label: "nav.servers", icon: "M2.5 3h13v5h-13zM2.5 10h13v5h-13zM5 5.5h.1M5 12.5h.1" },
      {
        to: paths.images,
        label: "nav.images",
        icon: "M9 2a7 7 0 1 1 0 14A7 7 0 0 1 9 2zM9 7a2 2 0 1 1 0 4 2 2 0 0 1 0-4z",
      },
      { to: paths.flavors, label: "nav.flavors", icon: "M2.5 12.5h3V16h-3zM7.5 8h3v8h-3zM12.5 3h3v13h-3z" },
      { to: paths.keypairs, label: "nav.keypairs", icon: "M6 12.5A3.5 3.5 0 1 1 9.2 7.6L16 7.5v3h-2v-1.5M6 9h.1" },
    ],
  },
  {
    title: "nav.network",
    entries: [
      {
        to: paths.networks,
        label: "nav.networks",
        icon: "M9 2.5v5M4 11.5l5-4 5 4M7.5 2.5h3M2.5 11.5h3.5V15H2.5zM12 11.5h3.5V15H12z",
      },
      {
        to: paths.floatingIps,
        label: "nav.floatingips",
        icon: "M9 16s5-4.7 5-8.5a5 5 0 0 0-10 0C4 11.3 9 16 9 16zM9 6v3M7.5 7.5h3",
      },
    ],
  },
  {
    title: "nav.storage",
    entries: [
      { to: paths.volumes, label: "nav.volumes", icon: "M2.5 10.5h13v5h-13zM2.5 10.5 5 3h8l2.5 7.5M12.5 13h.1" },
    ],
  },
];

export function SideMenu() {
  const t = useT();
  const cloud = useCloud();
  return (
    <nav className="side-menu" aria-label={t("app.navigation")}>
      {groups.map(({ title, entries }) => (
        <div key={title} className="side-group">
          <h2>{t(title)}</h2>
          <ul>
            {entries.map(({ to, label, icon }) => (
              <li key={to}>
                <Link to={to} activeOptions={{ exact: false }}>
                  <svg viewBox="0 0 18 18" width="18" height="18" aria-hidden="true">
                    <path d={icon} />
                  </svg>
                  {t(label)}
                </Link>
              </li>
            ))}
          </ul>
        </div>
      ))}
      <p className="side-version">Cumulet {cloud.version}</p>
    </nav>
  );
}
