/** Starts the dashboard: language, colours, session, router. */
import "@cloudscape-design/global-styles/index.css";
import "virtual:theme.css";
import "./app.css";
import { QueryClient, QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { onSessionEnd } from "./api/client.ts";
import { sessionQuery } from "./api/queries.ts";
import { firstLocale, loadLanguage } from "./i18n/i18n.ts";
import { LanguageProvider } from "./Language.tsx";
import { paths } from "./paths.ts";
import { makeRouter } from "./router.tsx";
import { startTheme } from "./ui/theme.ts";
import "./shell/shell.css";

async function start(root: HTMLElement): Promise<void> {
  startTheme();
  const locale = firstLocale();
  const messages = await loadLanguage(locale);
  const client = new QueryClient({ defaultOptions: { queries: { retry: 1, staleTime: 2000 } } });
  const router = makeRouter(client);
  onSessionEnd(() => {
    const known = client.getQueryData(sessionQuery.queryKey);
    if (!known?.session) return;
    client.setQueryData(sessionQuery.queryKey, { ...known, session: null });
    client.removeQueries({ queryKey: ["cloud"] });
    void router.navigate({ to: paths.login, search: { next: router.state.location.href, ended: true } });
  });
  createRoot(root).render(
    <StrictMode>
      <QueryClientProvider client={client}>
        <LanguageProvider first={{ locale, messages }}>
          <RouterProvider router={router} />
        </LanguageProvider>
      </QueryClientProvider>
    </StrictMode>,
  );
}

const root = document.getElementById("root");
if (root) void start(root);
