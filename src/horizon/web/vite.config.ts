import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { build, defineConfig, type Plugin } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** `virtual:theme.css`: the look of `theme-sheet.ts`, worked out while building. */
function themeSheet(): Plugin {
  const id = "virtual:theme.css";
  return {
    name: "cumulet:theme-sheet",
    resolveId: (source) => (source === id ? `\0${id}` : undefined),
    async load(asked) {
      if (asked !== `\0${id}`) return undefined;
      this.addWatchFile(here("theme-sheet.ts"));
      const options = { ssr: here("theme-sheet.ts"), write: false, minify: false };
      const made = await build({ configFile: false, logLevel: "silent", build: options, ssr: { noExternal: true } });
      const output = "output" in made ? made.output : [];
      const [code = ""] = output.flatMap((file) => ("code" in file ? [file.code] : []));
      const module: { sheet: string } = await import(
        `data:text/javascript;base64,${Buffer.from(code).toString("base64")}`
      );
      return module.sheet;
    },
  };
}

/** Leaves out 180 kB of embedded Open Sans: the theme uses the fonts of the reader's own system. */
function withoutFonts(): Plugin {
  return {
    name: "cumulet:without-fonts",
    enforce: "pre",
    transform(code, file) {
      return file.includes("global-styles/index.css") ? code.replaceAll(/@font-face\s*\{[^}]*\}/g, "") : undefined;
    },
  };
}

export default defineConfig({
  root: here("."),
  plugins: [react(), themeSheet(), withoutFonts()],
  build: { outDir: "dist", emptyOutDir: true, target: "es2023", chunkSizeWarningLimit: 900 },
  server: { proxy: { "/dashboard": "http://127.0.0.1:8080" } },
});
