import type { Rules } from "../application/application.ts";

export const templateSchema = "cagewright/template/1";

/** Text in every language of the program; of templates alone, all other text is in the message catalogue. */
export interface Text {
	readonly en: string;
	readonly de: string;
}

/** How an application of some kind is caged: data that can be passed on. Whatever comes from elsewhere is untrusted. */
export interface Template {
	readonly schema: typeof templateSchema;
	readonly name: string;
	readonly title: Text;
	readonly description: Text;
	readonly application: TemplateApplication;
	readonly rules: Rules;
	readonly needs: TemplateNeeds;
	/** What an administrator should know beforehand. */
	readonly notes: readonly Text[];
}

/** An `Application` whose command and shell lines may name the placeholders `${node}` and `${demo}`. */
export interface TemplateApplication {
	readonly command: readonly string[];
	readonly user?: string;
	readonly cwd: string;
	readonly env: Readonly<Record<string, string>>;
	readonly probes: readonly string[];
	readonly exercises: readonly string[];
	readonly timeout: number;
	readonly network: "host" | "none";
	readonly directories: readonly string[];
}

export interface TemplateNeeds {
	/** Names of packages, by the `ID` of os-release(5): `debian`, `fedora` … */
	readonly packages: Readonly<Record<string, readonly string[]>>;
	/** Programs that have to be there, by name or absolute path: the application's own and the probes'. */
	readonly programs: readonly string[];
}

/** Node's own executable, and the demonstration that comes with this program. */
export const placeholderNames = ["node", "demo"] as const;
export type PlaceholderName = (typeof placeholderNames)[number];
export type Placeholders = Readonly<Partial<Record<PlaceholderName, string>>>;
