import type { FoundApplication } from "../service/found.ts";
import type { MergeContext } from "./merge.ts";
import type { ParameterValues } from "./parameters.ts";
import type { Template } from "./template.ts";

/** Built-in and saved templates. */
export interface Templates {
	list(): Promise<StoredTemplate[]>;
	/** Saves a template with this machine's values and accepts it. Returns the file's path. */
	save(template: Template, values?: ParameterValues): Promise<string>;
	/** Stores that the user accepted the commands of the template with this hash. */
	accept(hash: string): Promise<void>;
	/** Removes a saved template. False if there is none of that name. */
	remove(name: string): Promise<boolean>;
}

export interface StoredTemplate {
	readonly template: Template;
	readonly builtIn: boolean;
	readonly path: string;
	/** SHA-256 of its content. */
	readonly hash: string;
	/** A user accepted its commands, or it is built in. Others do not run. */
	readonly accepted: boolean;
	/** Its parameters on this machine. */
	readonly values: ParameterValues;
}

/** Resolves names of applications and programs, and values for templates, on this host. */
export interface HostApplications {
	/** The application of a systemd service or socket. Undefined if there is none of that name or it is masked. */
	unit(name: string): Promise<FoundApplication | undefined>;
	/** The full name of the service that a name means, if any. Quicker than `unit`. */
	unitNamed(name: string): string | undefined;
	/** Directories that a program's units create before it starts, in the form of `--directory`. */
	directoriesOf(program: string): readonly string[];
	/** The path of a command's program, from the launcher's PATH or else the caller's. Throws `program-…` (exit 2). */
	program(word: string): string;
	/** Values for a template. Throws `program-not-found` (exit 2) if nothing matches a program's pattern. */
	here(template: Pick<Template, "parameters">, given: ParameterValues): MergeContext;
}
