#!/usr/bin/env node
import module from "node:module";

// Node 22 has it, Node 20 has not.
module.enableCompileCache?.();
await import("../dist/main.js");
