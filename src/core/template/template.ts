import type { Limits, Rules } from "../application/application.ts";
import type { Parameter, Text } from "./parameters.ts";

/** The number behind `cagewright/template/`. Older ones are read through `migrations` (parse.ts), newer ones are refused. */
export const templateVersion = 2;
export const templateSchema = `cagewright/template/${templateVersion}` as const;

/** How an application of some kind is caged: data that can be passed on. Whatever comes from elsewhere is untrusted. */
export interface Template {
	readonly schema: typeof templateSchema;
	readonly name: string;
	readonly title: Text;
	readonly description: Text;
	/** What differs from machine to machine, by the name that stands as `${NAME}` in the application, the rules and the needs. */
	readonly parameters: Readonly<Record<string, Parameter>>;
	readonly application: TemplateApplication;
	readonly rules: Rules;
	readonly needs: TemplateNeeds;
	/** What is different on other systems. */
	readonly alternatives: readonly Alternative[];
	/** What has to be configured before the application can work with this template. */
	readonly first: readonly Text[];
	/** What an administrator should know beforehand. */
	readonly notes: readonly Text[];
	/** Manual pages: `nginx(8)`. */
	readonly documentation: readonly string[];
}

/** An `Application` whose words may name parameters and the placeholders `${node}` and `${demo}`. */
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
	/** Sockets that are open before it starts (`parsePassedSocket`). */
	readonly sockets?: readonly string[];
	readonly limits?: Limits;
}

/** Each field that is given takes the place of the template's own. */
export interface Alternative {
	/** Any of these is the `ID` of os-release(5), or in its `ID_LIKE`. */
	readonly systems: readonly string[];
	/** Whether somebody has made a cage with it; what is written down from a manual alone was not tried. */
	readonly tried: boolean;
	readonly application?: Partial<Omit<TemplateApplication, "timeout" | "network" | "limits">>;
	readonly rules?: Partial<Rules>;
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
