/** Menus for language and colours, inside and on the login page. */
import ButtonDropdown from "@cloudscape-design/components/button-dropdown";
import { useState } from "react";
import { locales, useT, type Locale } from "../i18n/i18n.ts";
import { useLanguage } from "../Language.tsx";
import { chooseTheme, themeChoice, type ThemeChoice } from "../ui/theme.ts";

const isLocale = (id: string): id is Locale => id in locales;

export function LanguageMenu() {
  const t = useT();
  const { locale, choose } = useLanguage();
  return (
    <ButtonDropdown
      ariaLabel={`${t("app.language")}: ${locales[locale]}`}
      items={Object.entries(locales).map(([id, text]) => ({ id, text, itemType: "checkbox", checked: id === locale }))}
      onItemClick={({ detail }) => {
        if (isLocale(detail.id)) void choose(detail.id);
      }}
    >
      {locales[locale]}
    </ButtonDropdown>
  );
}

const choices = ["light", "dark", "system"] as const satisfies ThemeChoice[];

export function ThemeMenu() {
  const t = useT();
  const [chosen, setChosen] = useState(themeChoice());
  return (
    <ButtonDropdown
      ariaLabel={`${t("app.theme")}: ${t(`app.theme.${chosen}`)}`}
      items={choices.map((id) => ({ id, text: t(`app.theme.${id}`), itemType: "checkbox", checked: id === chosen }))}
      onItemClick={({ detail }) => {
        const choice = choices.find((id) => id === detail.id) ?? "system";
        chooseTheme(choice);
        setChosen(choice);
      }}
    >
      <svg className="half-moon" viewBox="0 0 16 16" width="15" height="15" aria-hidden="true">
        <circle cx="8" cy="8" r="6.5" />
        <path d="M8 1.5a6.5 6.5 0 0 1 0 13z" />
      </svg>
    </ButtonDropdown>
  );
}
