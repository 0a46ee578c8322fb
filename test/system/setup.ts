import { afterAll, afterEach } from "vitest";
import { closeWizards } from "../terminal/wizards.ts";
import { expectNothingLeft } from "./cagewright.ts";
import { cleanUp } from "./clean-up.ts";
import "./patterns.ts";

/** Vitest runs this before each file of the projects `system` and `alone`. The hook that comes last runs first. */
afterAll(cleanUp);
afterEach(expectNothingLeft);
afterEach(closeWizards);
