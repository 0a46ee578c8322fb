/** The program for `check` and `update`, which timers and monitoring call again and again: in a bundle of its own without the other verbs (build.js). */
export { runProgram } from "./program.ts";
