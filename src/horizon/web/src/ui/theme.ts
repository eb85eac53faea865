/** Light, dark or as the system says; Cloudscape's class and our own attribute change together. */
import { applyMode, Mode } from "@cloudscape-design/global-styles";

export type ThemeChoice = "light" | "dark" | "system";

const system = window.matchMedia("(prefers-color-scheme: dark)");

export function themeChoice(): ThemeChoice {
  const kept = localStorage.getItem("cumulet.theme");
  return kept === "light" || kept === "dark" ? kept : "system";
}

function show(): void {
  const choice = themeChoice();
  const dark = choice === "dark" || (choice === "system" && system.matches);
  document.documentElement.dataset["theme"] = dark ? "dark" : "light";
  applyMode(dark ? Mode.Dark : Mode.Light);
}

export function chooseTheme(choice: ThemeChoice): void {
  localStorage.setItem("cumulet.theme", choice);
  show();
}

export function startTheme(): void {
  system.addEventListener("change", show);
  show();
}
