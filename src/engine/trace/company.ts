import type { Offer } from "../../core/adoption/clients.ts";
import type { Company } from "../../core/adoption/company.ts";
import type { Rules } from "../../core/application/application.ts";
import type { Note } from "../../core/failure.ts";
import { type Path, pathFromText } from "../../core/path/path.ts";
import { namedNeighbours, undecidedNeighbours } from "../../core/plan/company.ts";
import { placeOf } from "../../core/plan/links.ts";
import type { Identity } from "../../core/plan/plan.ts";
import type { Trace } from "../../core/trace/trace.ts";
import type { Context } from "../context.ts";
import type { HostService } from "../systemd-ports.ts";

interface ObservedService {
	readonly host: HostService;
	readonly trace: Trace;
	readonly identity: Identity;
	readonly rules: Pick<Rules, "allow" | "refuse">;
}

interface ObservedCompany {
	readonly company: Company;
	readonly notes: readonly Note[];
}

/** Reads what a running service shares with others. Takes one to two seconds, and changes nothing. */
export async function observeCompany({ machine }: Context, { host, ...observed }: ObservedService): Promise<ObservedCompany> {
	const { clients, files } = machine;
	const { paths, ports } = await clients.look(host.name, []);
	const sockets = paths.flatMap(({ kind, path }): Offer[] => (kind === "socket" ? [{ kind, path }] : []));
	const own = new Set<Path>(host.files.map(pathFromText));
	for (const { path } of observed.trace.accesses.values()) own.add(path).add(placeOf(path, files));
	const named = clients.configured([...sockets, ...ports], own).map(({ name }) => pathFromText(name));
	const running = (await clients.neighbours(host.name)).map((one) => ({ ...one, path: placeOf(one.path, files) }));
	const input = { ...observed, files, running };
	return {
		company: { clientFiles: [...new Set(named)].sort(), neighbours: namedNeighbours(input) },
		notes: undecidedNeighbours(input),
	};
}
