import type { Plugin } from "vitest/config";

export declare const inkEditsForTests: Plugin;
