/** The two languages. A message id that does not exist, or a forgotten value, does not compile. */
import type { I18nProviderProps } from "@cloudscape-design/components/i18n";
import { setupI18n } from "@lingui/core";
import { useLingui } from "@lingui/react";
import type { en, MessageId } from "./en.ts";

export const locales = { en: "English", "zh-CN": "简体中文" } as const;

export type Locale = keyof typeof locales;

export const i18n = setupI18n();

type Names<S> = S extends `${string}{${infer Name}}${infer Rest}` ? Name | Names<Rest> : never;
type Values<K extends MessageId> = [Names<(typeof en)[K]>] extends [never]
  ? []
  : [values: Record<Names<(typeof en)[K]>, string | number>];

/** Translates: `t("servers.select", { name })`. */
export type Translate = <K extends MessageId>(id: K, ...values: Values<K>) => string;

export const translate: Translate = (id, ...values) => i18n._(id, values[0]);

/** `translate` for a component: it draws again when the language changes. */
export function useT(): Translate {
  useLingui();
  return translate;
}

/** Placeholders become Lingui's compiled form: "a {b}" is ["a ", ["b"]]. */
function compile(catalogue: Record<string, string>) {
  const parts = (text: string) =>
    text.split(/\{(\w+)\}/).map((part, at): string | [string] => (at % 2 ? [part] : part));
  return Object.fromEntries(Object.entries(catalogue).map(([id, text]) => [id, parts(text)]));
}

/** Loads a language and Cloudscape's own messages in it, and makes it the current one. */
export async function loadLanguage(locale: Locale): Promise<readonly I18nProviderProps.Messages[]> {
  const chinese = locale === "zh-CN";
  const [catalogue, own] = await Promise.all([
    chinese ? import("./zh-CN.ts").then((file) => file.zhCN) : import("./en.ts").then((file) => file.en),
    chinese
      ? import("@cloudscape-design/components/i18n/messages/all.zh-CN")
      : import("@cloudscape-design/components/i18n/messages/all.en"),
  ]);
  i18n.loadAndActivate({ locale, messages: compile(catalogue) });
  document.documentElement.lang = locale;
  return [own.default];
}

/** Kept choice, else what the browser asks for. */
export function firstLocale(): Locale {
  const kept = localStorage.getItem("cumulet.locale");
  if (kept === "en" || kept === "zh-CN") return kept;
  return navigator.language.startsWith("zh") ? "zh-CN" : "en";
}

export function keepLocale(locale: Locale): void {
  localStorage.setItem("cumulet.locale", locale);
}
