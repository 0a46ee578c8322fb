import type { ServiceCommand, ServiceSettings } from "../../application/service-settings.ts";

/**
 * Returns the init's arguments for the commands that it runs beside the application, before the application's own words:
 * `+before=COUNT WORD…`, `+after=COUNT WORD…`, `+reload=COUNT WORD…`. If there are any, `+shared=COUNT` says how many of the
 * application's words also begin these commands: the program that gives them their account and environment.
 */
export function stepWords({ after = [], before = [], reload = [] }: ServiceSettings, shared: number): string[] {
	const each = (name: string, commands: readonly ServiceCommand[]) =>
		commands.flatMap((words) => [`+${name}=${words.length}`, ...words]);
	const words = [...each("before", before), ...each("after", after), ...each("reload", reload)];
	return words.length && shared > 0 ? [...words, `+shared=${shared}`] : words;
}
