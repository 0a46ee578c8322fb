import type { ClientRelation } from "../../core/adoption/clients.ts";

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
