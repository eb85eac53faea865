/** The current language for everything below, and the way to change it. */
import { I18nProvider as CloudscapeI18n, type I18nProviderProps } from "@cloudscape-design/components/i18n";
import { I18nProvider } from "@lingui/react";
import { createContext, useContext, useMemo, useState, type ReactNode } from "react";
import { i18n, keepLocale, loadLanguage, type Locale } from "./i18n/i18n.ts";

interface Language {
  locale: Locale;
  choose(locale: Locale): Promise<void>;
}

const LanguageContext = createContext<Language>({ locale: "en", choose: async () => {} });

export const useLanguage = () => useContext(LanguageContext);

export interface LanguageProviderProps {
  first: { locale: Locale; messages: readonly I18nProviderProps.Messages[] };
  children: ReactNode;
}

export function LanguageProvider({ first, children }: LanguageProviderProps) {
  const [current, setCurrent] = useState(first);
  const language = useMemo(
    () => ({
      locale: current.locale,
      choose: async (locale: Locale) => {
        keepLocale(locale);
        setCurrent({ locale, messages: await loadLanguage(locale) });
      },
    }),
    [current],
  );
  return (
    <LanguageContext value={language}>
      <CloudscapeI18n locale={current.locale} messages={current.messages}>
        <I18nProvider i18n={i18n}>{children}</I18nProvider>
      </CloudscapeI18n>
    </LanguageContext>
  );
}
