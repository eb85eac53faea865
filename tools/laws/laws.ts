/** All laws that are held by reading the source, in the order in which they are reported. */
import { agentsLaw } from "./agents.ts";
import { budgetsLaw } from "./budgets.ts";
import { cyclesLaw } from "./cycles.ts";
import { implementationsLaw, roomsLaw } from "./rooms-law.ts";
import { leftoversLaw } from "./leftovers.ts";
import { programsLaw, qemuImgLaw } from "./programs.ts";
import { singletonsLaw } from "./singletons.ts";
import { steeringLaw } from "./steering.ts";
import { testsLaw } from "./tests-law.ts";
import { versionsLaw } from "./versions.ts";
import { environmentLaw } from "./environment.ts";
import type { Law } from "./tree.ts";

export const laws: readonly Law[] = [
  roomsLaw,
  implementationsLaw,
  agentsLaw,
  cyclesLaw,
  versionsLaw,
  steeringLaw,
  programsLaw,
  qemuImgLaw,
  environmentLaw,
  singletonsLaw,
  budgetsLaw,
  leftoversLaw,
  testsLaw,
];
