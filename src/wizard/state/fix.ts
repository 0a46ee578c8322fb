import type { ActionRequest } from "./home.ts";
import type { FieldFix } from "./values.ts";

/** What one key does about a message: it leads to where the advice can be followed, with a proposal where one is known. */
export type Fix =
	| FieldFix
	| { readonly kind: "step"; readonly step: "choose" | "files" | "accounts" }
	/** `expose`: mount what was left out on purpose, after a question. */
	| { readonly kind: "exclude" | "mount" | "expose" | "write"; readonly path: string }
	| { readonly kind: "include" | "seed" | "writable"; readonly path: string }
	/** An action of the open cage's page. */
	| ({ readonly kind: "action" } & Pick<ActionRequest, "action" | "at" | "keep" | "value">)
	| { readonly kind: "install"; readonly programs: readonly string[]; readonly packages: readonly string[] }
	/** Start the application, instead of attaching to a process. */
	| { readonly kind: "new-start" }
	/** Trace again from the start. */
	| { readonly kind: "trace-again" };
