/** Made by the build from theme-sheet.ts. */
declare module "virtual:theme.css";
