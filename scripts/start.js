import { setUp } from "./set-up.js";

setUp();
// In this process, so that the terminal, signals and exit status are the program's own.
await import("../bin/cagewright.js");
