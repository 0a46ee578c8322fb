import { setUp } from "./set-up.js";
import { installTools } from "./system-packages.js";

setUp();
installTools();
// In this process, so that the terminal, signals and exit status are the program's own.
await import("../bin/cagewright.js");
