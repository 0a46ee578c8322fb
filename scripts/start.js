import { setUp } from "./set-up.js";
import { installTools } from "./system-packages.js";

setUp();
installTools();
// Import the program into this process, so that it has the terminal, the signals and the exit status.
await import("../bin/cagewright.js");
