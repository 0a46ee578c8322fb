import type { ClientRelation } from "../clients.ts";

/** Who is served by a service, for `adopt`. */
export const clientsEn = {
	heading: "Who is served now, and must be served after the move:",
	none: "Nobody is connected, and no configuration names the service.",
	tools: (names: string) => `programs of its own packages: ${names}`,
	more: (count: number) => `${count} more (--json lists all)`,
	relations: {
		connected: (client: string, offer: string) => `${client}, connected to ${offer}`,
		opened: (client: string, offer: string) => `${client}, has ${offer} open`,
		configured: (client: string, offer: string) => `${client} names ${offer}`,
		required: (client: string) => `${client}, requires or wants it`,
		tool: (client: string) => client,
	} satisfies Record<ClientRelation, (client: string, offer: string) => string>,
	probe: (line: string) => `client probe: ${line}`,
	order: (services: string) => `The services move in this order: ${services}`,
	releaseOrder: (services: string) => `The services move back in this order: ${services}`,
	withoutCage: (service: string, command: string) => `A cage for ${service} would be made first. To see its plan: ${command}`,
	together: "If one fails, all of them return.",
	adoptQuestion: "Move all of them into their cages? [y/N]",
	releaseQuestion: "Move all of them back to the host? [y/N]",
};

/** Output of `adopt` and `release`. */
export const adoptionEn = {
	stopping: (service: string) => `Stopping ${service}…`,
	started: (service: string) => `${service} was started again`,
	willAdopt: (service: string, name: string) => `Moving ${service} into cage ${name} takes these steps:`,
	willRelease: (service: string, name: string) => `Moving ${service} out of cage ${name} takes these steps:`,
	wouldAdopt: (service: string, name: string, isInPlace: boolean) =>
		`6. Stop ${service}, ${isInPlace ? "leave its state where it is" : "copy its state to the cage"}, and start it in cage ${name}; if it does not answer there, undo everything`,
	stop: "1. Stop the service",
	state: (inPlace: readonly string[], copied: readonly string[]) => {
		if (!inPlace.length) {
			return copied.length
				? `2. Replace the cage's state with a copy of the host's, which does not change:\n${list(copied)}`
				: "2. Copy nothing: it has no state";
		}
		const others = copied.length ? `\n   Copy these to the cage:\n${list(copied)}` : "";
		return `2. Leave its state where it is, and mount it into the cage:\n${list(inPlace)}${others}`;
	},
	giveBack: (places: readonly string[], inPlace: readonly string[]) =>
		places.length
			? `2. Copy the changes made in the cage to the host:\n${list(places)}`
			: inPlace.length
				? `2. Copy nothing: its state is where the host has it:\n${list(inPlace)}`
				: "2. Copy nothing: nothing was changed in the cage",
	dropin: (path: string) => `3. Write ${path}`,
	removeDropin: (path: string) => `3. Remove ${path}`,
	start: (probes: readonly string[]) => `4. Start it and wait until it answers:\n${list(probes)}`,
	orElse: "If a step fails, Cagewright undoes all of them.",
	adoptQuestion: (service: string) => `Move ${service} into its cage? [y/N]`,
	releaseQuestion: (service: string) => `Move ${service} out of its cage? [y/N]`,
	stays: (service: string) => `${service} was not changed.`,
	adopted: (service: string, name: string, seconds: string, release: string) =>
		`${service} runs in cage ${name}. It was down for ${seconds} s.\nTo move it back: ${release}`,
	released: (service: string, seconds: string, saved?: string) =>
		`${service} runs on the host again. It was down for ${seconds} s.${saved ? `\nThe cage has its earlier data again. A copy of what it had meanwhile is in ${saved}.` : ""}`,
	repaired: (service: string, name: string, where: "cage" | "host", saved?: string) =>
		where === "cage"
			? `An earlier command was interrupted. ${service} runs in its cage ${name}.${saved ? ` Data that it wrote on the host is saved in ${saved}.` : ""}`
			: `An earlier command was interrupted. ${service} runs on the host, as before.${saved ? ` Data that it wrote in cage ${name} is saved in ${saved}.` : ""}`,
	by: (service: string, since: string) => `${service}, since ${since}`,
	label: "Adopted service",
};

function list(lines: readonly string[]): string {
	return lines.map((line) => `   ${line}`).join("\n");
}
